package io.countersign.signer.identity.session;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tells by a key, which is shown to nobody, whether a text is one of ours (HMAC, RFC 2104). Safe for several threads. */
final class Seal {
    private static final String HMAC = "HmacSHA256";
    private static final int OCTETS = 32;

    private final SecretKeySpec key;

    Seal(byte[] key) {
        this.key = new SecretKeySpec(key, HMAC);
    }

    /** With a key that ends with this process. */
    static Seal ofThisProcess() {
        byte[] key = new byte[OCTETS];
        new SecureRandom().nextBytes(key);
        return new Seal(key);
    }

    String mark(String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has " + HMAC, e);
        }
    }

    /** Whether this is that mark; takes the same time whatever is sent. */
    boolean isMark(String text, String sent) {
        return MessageDigest.isEqual(
                mark(text).getBytes(StandardCharsets.US_ASCII), sent.getBytes(StandardCharsets.UTF_8));
    }

    /** The text, and its mark behind a dot. */
    String sealed(String text) {
        return text + "." + mark(text);
    }

    /** The text of what was sealed; empty if that was not here. */
    Optional<String> opened(String sealed) {
        int dot = sealed.lastIndexOf('.');
        return dot >= 0 && isMark(sealed.substring(0, dot), sealed.substring(dot + 1))
                ? Optional.of(sealed.substring(0, dot))
                : Optional.empty();
    }
}
