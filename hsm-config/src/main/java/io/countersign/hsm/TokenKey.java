package io.countersign.hsm;

import io.countersign.hsm.CryptokiSession.Template;
import io.countersign.key.KeyAttributes;
import io.countersign.key.KeyUnavailable;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key in an open token, and its chain. It signs only through {@link JournalledKey}.
 *
 * @param name the name in countersign.yaml
 * @param label CKA_LABEL
 */
record TokenKey(String name, String label, OpenToken token, PrivateKey key, List<X509Certificate> chain) {
    TokenKey {
        chain = List.copyOf(chain);
    }

    /** Whether the token has it still: keys that this process holds stay what they are in Java when a token goes. */
    void requirePresent() throws KeyUnavailable {
        asked(this::handle);
    }

    KeyAttributes attributes() throws KeyUnavailable {
        return asked(session -> attributes(session, handle(session)));
    }

    /** What is to be asked of a token. */
    @FunctionalInterface
    private interface Question<T> {
        T of(CryptokiSession session) throws CryptokiException, KeyUnavailable;
    }

    private <T> T asked(Question<T> question) throws KeyUnavailable {
        try (CryptokiSession session = token.session()) {
            return question.of(session);
        } catch (CryptokiException e) {
            throw KeyUnavailable.forNow(
                    "token '" + token.token().label() + "' could not be asked about key '" + name + "': "
                            + e.getMessage(),
                    e);
        }
    }

    private long handle(CryptokiSession session) throws CryptokiException, KeyUnavailable {
        List<Long> found = session.find(new Template()
                .with(CryptokiSession.CKA_CLASS, CryptokiSession.CKO_PRIVATE_KEY)
                .with(CryptokiSession.CKA_LABEL, label));
        if (found.isEmpty()) {
            throw KeyUnavailable.forNow(
                    "token '" + token.token().label() + "' has lost its private key '" + label
                            + "' since it was opened (was its folder moved?); restore it and restart this process",
                    null);
        }
        if (found.size() != 1) {
            throw KeyUnavailable.permanently(
                    "token '" + token.token().label() + "' has " + found.size() + " private keys '" + label
                            + "' instead of one; give each its own label",
                    null);
        }
        return found.get(0);
    }

    static KeyAttributes attributes(CryptokiSession session, long key) throws CryptokiException {
        return new KeyAttributes(
                session.flag(key, CryptokiSession.CKA_LOCAL),
                session.flag(key, CryptokiSession.CKA_SENSITIVE),
                session.flag(key, CryptokiSession.CKA_ALWAYS_SENSITIVE),
                session.flag(key, CryptokiSession.CKA_EXTRACTABLE),
                session.flag(key, CryptokiSession.CKA_NEVER_EXTRACTABLE));
    }
}
