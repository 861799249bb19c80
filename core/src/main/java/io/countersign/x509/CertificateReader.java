package io.countersign.x509;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;

/**
 * Certificates as files hold them: in PEM (RFC 7468) or DER, one after another, and in SignedData (PKCS#7, "certs-only"). A
 * problem is told with the line, or in DER the offset, where it stands.
 */
final class CertificateReader {
    /** A root store of every public CA has some hundreds. */
    private static final int MAXIMUM_CERTIFICATES = 4096;

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";
    private static final Set<String> CERTIFICATE_LABELS = Set.of("CERTIFICATE", "X509 CERTIFICATE");
    private static final Set<String> SIGNED_DATA_LABELS = Set.of("PKCS7", "CMS", "PKCS #7 SIGNED DATA");

    private final List<X509Certificate> found = new ArrayList<>();

    /** What is wrong, and where. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    static List<X509Certificate> read(byte[] octets) throws Unreadable {
        CertificateReader reader = new CertificateReader();
        // Every DER certificate and every ContentInfo is a SEQUENCE; no text begins with that octet's character, '0'.
        if (octets.length > 0 && octets[0] == 0x30) {
            reader.der(octets, "at byte ");
        } else {
            reader.pem(new String(octets, StandardCharsets.ISO_8859_1));
        }
        if (reader.found.isEmpty()) {
            throw new Unreadable("holds no certificate; wanted PEM, DER or PKCS#7", null);
        }
        return reader.found;
    }

    private void pem(String text) throws Unreadable {
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.startsWith(BEGIN) || !line.endsWith(DASHES) || line.length() < BEGIN.length() + DASHES.length()) {
                continue; // RFC 7468 section 5.2 allows explanatory text around
            }
            String label = line.substring(BEGIN.length(), line.length() - DASHES.length());
            String where = "line " + (i + 1);
            if (label.endsWith("PRIVATE KEY")) {
                throw new Unreadable(
                        where + ": a private key, which has no place beside certificates to trust; take it out", null);
            }
            if (!CERTIFICATE_LABELS.contains(label) && !SIGNED_DATA_LABELS.contains(label)) {
                throw new Unreadable(where + ": '" + printable(label) + "', wanted CERTIFICATE or PKCS7", null);
            }
            StringBuilder body = new StringBuilder();
            String end = END + label + DASHES;
            for (i++; i < lines.size() && !lines.get(i).strip().equals(end); i++) {
                body.append(lines.get(i).strip());
            }
            if (i == lines.size()) {
                throw new Unreadable(where + ": the block has no " + end, null);
            }
            byte[] octets;
            try {
                octets = Base64.getDecoder().decode(body.toString());
            } catch (IllegalArgumentException e) {
                throw new Unreadable(where + ": the block is not Base64: " + e.getMessage(), e);
            }
            der(octets, where + ", at byte ");
        }
    }

    /** Certificates and SignedData, one after another. */
    private void der(byte[] octets, String where) throws Unreadable {
        ByteArrayInputStream in = new ByteArrayInputStream(octets);
        int at = 0;
        try (ASN1InputStream asn1 = new ASN1InputStream(in, octets.length, true)) {
            while (at < octets.length) {
                ASN1Primitive element = asn1.readObject();
                int end = octets.length - in.available();
                one(element, Arrays.copyOfRange(octets, at, end));
                at = end;
            }
        } catch (IOException | CertificateException | RuntimeException e) {
            // Bouncy Castle answers hostile ASN.1 with many kinds of unchecked exception.
            throw new Unreadable(where + at + ": no readable certificate: " + e.getMessage(), e);
        }
    }

    private void one(ASN1Primitive element, byte[] octets) throws CertificateException, IOException {
        ASN1Sequence sequence = ASN1Sequence.getInstance(element);
        if (sequence.size() == 0 || !(sequence.getObjectAt(0) instanceof ASN1ObjectIdentifier)) {
            add(octets);
            return;
        }
        ContentInfo info = ContentInfo.getInstance(sequence);
        if (!info.getContentType().equals(CMSObjectIdentifiers.signedData)) {
            throw new CertificateException("a ContentInfo of type " + info.getContentType() + ", wanted SignedData");
        }
        SignedData signedData = SignedData.getInstance(info.getContent());
        if (signedData.getEncapContentInfo().getContent() != null) {
            throw new CertificateException("a signature over content of type "
                    + signedData.getEncapContentInfo().getContentType() + ", wanted certificates only");
        }
        ASN1Set certificates = signedData.getCertificates();
        if (certificates != null) {
            for (ASN1Encodable certificate : certificates) {
                // Attribute certificates are tagged and are left aside.
                if (certificate.toASN1Primitive() instanceof ASN1Sequence inside) {
                    add(inside.getEncoded());
                }
            }
        }
    }

    private void add(byte[] der) throws CertificateException {
        if (found.size() == MAXIMUM_CERTIFICATES) {
            throw new CertificateException("more than " + MAXIMUM_CERTIFICATES + " certificates");
        }
        found.add((X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)));
    }

    private static String printable(String text) {
        return text.replaceAll("[^ -~]", "?");
    }
}
