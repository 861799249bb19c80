package io.countersign.x509;

import java.security.cert.X509Certificate;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** Names in certificates, as people read them. They are hostile input: control characters never reach a terminal. */
public final class DistinguishedNames {
    private DistinguishedNames() {}

    /** The subject's common name, or the whole subject where there is none. */
    public static String commonName(X509Certificate certificate) {
        return commonName(certificate.getSubjectX500Principal());
    }

    /** The common name in a distinguished name, or the whole name where there is none. */
    public static String commonName(X500Principal principal) {
        String name;
        try {
            X500Name subject = X500Name.getInstance(principal.getEncoded());
            RDN[] names = subject.getRDNs(BCStyle.CN);
            name = names.length == 0
                    ? subject.toString()
                    : IETFUtils.valueToString(names[0].getFirst().getValue());
        } catch (IllegalArgumentException e) {
            // octets that are no text of the kind they are tagged with; the JDK shows them in hexadecimal
            name = principal.getName();
        }
        return name.replaceAll("\\p{C}", "?");
    }
}
