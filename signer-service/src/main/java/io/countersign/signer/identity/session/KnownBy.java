package io.countersign.signer.identity.session;

import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.home.Issuer;
import io.countersign.key.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What countersign.yaml knows an identity by when its session begins. The session lasts only while that stays: whose token was
 * replaced, or whose match names somebody else by now, is signed out.
 */
final class KnownBy {
    private KnownBy() {}

    static String token(Identity identity) {
        // The SHA-256 of the token stands in the configuration; here it is only to be compared.
        return "configuration:" + digest(identity.tokenSha256().orElseThrow().hex());
    }

    static String issuer(Identity identity, Issuer issuer) {
        return "oidc:" + issuer.name() + ":"
                + digest(issuer.url() + " " + issuer.audience() + " "
                        + new TreeMap<>(identity.oidc().orElseThrow().claims()));
    }

    static boolean isStill(String before, Configuration now, Identity identity) {
        Optional<String> byToken = identity.tokenSha256().map(t -> token(identity));
        Optional<String> byIssuer =
                identity.oidc().flatMap(m -> now.issuer(m.issuer())).map(i -> issuer(identity, i));
        return byToken.filter(before::equals).isPresent()
                || byIssuer.filter(before::equals).isPresent();
    }

    private static String digest(String text) {
        return DigestAlgorithm.SHA256
                .digest(text.getBytes(StandardCharsets.UTF_8))
                .value()
                .hex();
    }
}
