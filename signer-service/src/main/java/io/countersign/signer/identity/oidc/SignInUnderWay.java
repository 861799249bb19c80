package io.countersign.signer.identity.oidc;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sign-in that was begun in one browser, which alone keeps it. All of it is for that browser and for us; nobody else is shown the
 * verifier before the code is exchanged.
 *
 * @param issuer the name of the issuer it was sent to
 * @param state comes back with the answer (RFC 6749 section 10.12)
 * @param nonce comes back in the ID token (OpenID Connect Core 1.0 section 3.1.2.1)
 * @param verifier shows that who has the code began the sign-in (RFC 7636 section 4.1)
 * @param begun to the second
 */
public record SignInUnderWay(String issuer, String state, String nonce, String verifier, Instant begun) {
    private static final Pattern TEXT = Pattern.compile(
            "([a-z0-9-]{1,64})\\.([A-Za-z0-9_-]{43})\\.([A-Za-z0-9_-]{43})\\.([A-Za-z0-9_-]{43})\\.([0-9]{1,12})");

    /** For a cookie. */
    public String text() {
        return String.join(".", issuer, state, nonce, verifier, Long.toString(begun.getEpochSecond()));
    }

    /** Empty if the text is none of ours. */
    public static Optional<SignInUnderWay> of(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches()
                ? Optional.of(new SignInUnderWay(
                        parts.group(1),
                        parts.group(2),
                        parts.group(3),
                        parts.group(4),
                        Instant.ofEpochSecond(Long.parseLong(parts.group(5)))))
                : Optional.empty();
    }

    /** Not the secrets. */
    @Override
    public String toString() {
        return "SignInUnderWay[" + issuer + ", " + begun + "]";
    }
}
