package io.countersign.hsm;

import io.countersign.home.Configuration;
import io.countersign.key.KeyUnavailable;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;

/** Certificates in PEM files: written by the ceremony, read for the chain of a key. */
final class CertificateFiles {
    private CertificateFiles() {}

    /**
     * The configured chain of a key, and proof that it is that key's: the leaf has the public key of the certificate in the
     * token, and each certificate is signed by the next.
     */
    static List<X509Certificate> chain(Configuration.Key key, X509Certificate inToken) throws KeyUnavailable {
        List<X509Certificate> chain = new ArrayList<>();
        for (Path file : key.chain()) {
            chain.addAll(read(key, file));
        }
        if (!chain.get(0).getPublicKey().equals(inToken.getPublicKey())) {
            throw KeyUnavailable.permanently(
                    key.chain().get(0) + " is the certificate of another key than '" + key.label()
                            + "' in the token; name the certificate of this key first in 'chain'",
                    null);
        }
        for (int i = 1; i < chain.size(); i++) {
            try {
                chain.get(i - 1).verify(chain.get(i).getPublicKey());
            } catch (GeneralSecurityException e) {
                throw KeyUnavailable.permanently(
                        "the chain of key '" + key.name() + "' is broken: '"
                                + chain.get(i - 1).getSubjectX500Principal() + "' is not signed by '"
                                + chain.get(i).getSubjectX500Principal() + "'; order 'chain' leaf first, root last",
                        e);
            }
        }
        return chain;
    }

    private static List<X509Certificate> read(Configuration.Key key, Path file) throws KeyUnavailable {
        try {
            return PemCertificates.read(file);
        } catch (NoSuchFileException e) {
            throw KeyUnavailable.permanently(
                    file + ", named in the chain of key '" + key.name()
                            + "', does not exist; restore it from the home's"
                            + " backup, or correct 'chain' in countersign.yaml",
                    e);
        } catch (IOException e) {
            throw KeyUnavailable.permanently(
                    file + ", named in the chain of key '" + key.name() + "', is not a readable PEM certificate: "
                            + e.getMessage(),
                    e);
        }
    }

    static String pem(X509CertificateHolder certificate) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(certificate);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
