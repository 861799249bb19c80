package io.countersign.signer.pipeline;

import io.countersign.home.Configuration;
import io.countersign.key.KeyAttributes;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;

/** What a key must be before this service signs with it. */
final class KeyFitness {
    private KeyFitness() {}

    /** PKCS#11 v2.40 section 4.9: only such a key cannot have been, and cannot be, copied out of its token. */
    static void requireConfined(String key, KeyAttributes attributes) throws UnfitKey {
        if (!attributes.confinedToToken()) {
            throw new UnfitKey("the key \"" + key + "\" is not confined to its token, which says " + attributes
                    + "; wanted are local, sensitive, alwaysSensitive and neverExtractable true, extractable false."
                    + " Generate a new key inside the token, have it certified, and name it in countersign.yaml");
        }
    }

    /**
     * A released file is verified against the end of its key's chain, so that must be a root: a chain cut short would have us
     * trust an intermediate, or the key itself.
     */
    static void requireRootLast(Configuration.Key key, List<X509Certificate> chain) throws UnfitKey {
        X509Certificate last = chain.get(chain.size() - 1);
        if (!isRoot(last)) {
            Path file = key.chain().get(key.chain().size() - 1);
            throw new UnfitKey("the chain of key \"" + key.name() + "\" ends in " + file + " with \""
                    + last.getSubjectX500Principal() + "\", which is not a self-signed CA certificate; name the"
                    + " certificates up to the root under 'chain' in countersign.yaml, leaf first, root last");
        }
    }

    private static boolean isRoot(X509Certificate certificate) {
        if (certificate.getBasicConstraints() < 0
                || !certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(certificate.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
