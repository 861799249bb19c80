package io.countersign.signer.identity.oidc;

import com.nimbusds.jwt.JWTClaimsSet;
import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.home.Identity.OidcMatch;
import io.countersign.home.Issuer;
import io.countersign.signer.audit.Printable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Finds the identity that the claims of a believed token are of: exactly one. */
final class Matching {
    static final String SUBJECT = "sub";

    private Matching() {}

    /** Texts, numbers and truth values; nothing else can be matched. */
    static Map<String, String> texts(JWTClaimsSet claims) {
        Map<String, String> texts = new TreeMap<>();
        claims.getClaims().forEach((name, value) -> {
            if (value instanceof String || value instanceof Number || value instanceof Boolean) {
                texts.put(name, value.toString());
            }
        });
        return texts;
    }

    /** @throws TokenRefused if it is nobody's, or more than one's */
    static Identity identity(Configuration configuration, Issuer issuer, Map<String, String> claims)
            throws TokenRefused {
        List<Identity> matching = configuration.identities().stream()
                .filter(i -> i.oidc().filter(m -> matches(m, issuer, claims)).isPresent())
                .toList();
        if (matching.size() == 1) {
            return matching.get(0);
        }
        if (matching.isEmpty()) {
            throw TokenRefused.genuine(
                    "the token matches no identity; of what identities are matched by it says "
                            + told(configuration, issuer, claims),
                    "have an identity with these values under 'oidc' in countersign.yaml");
        }
        throw TokenRefused.genuine(
                "the token matches several identities: "
                        + String.join(
                                ", ", matching.stream().map(Identity::name).toList()),
                "let each name claims that the others' tokens do not have");
    }

    private static boolean matches(OidcMatch match, Issuer issuer, Map<String, String> claims) {
        return match.issuer().equals(issuer.name())
                && match.claims().entrySet().stream()
                        .allMatch(wanted -> wanted.getValue().stream()
                                .anyMatch(value -> matches(value, claims.get(wanted.getKey()))));
    }

    private static boolean matches(String wanted, String value) {
        if (value == null) {
            return false;
        }
        return wanted.endsWith("*") ? value.startsWith(wanted.substring(0, wanted.length() - 1)) : value.equals(wanted);
    }

    private static String told(Configuration configuration, Issuer issuer, Map<String, String> claims) {
        Stream<String> matched = configuration.identities().stream()
                .flatMap(i -> i.oidc().stream())
                .filter(m -> m.issuer().equals(issuer.name()))
                .flatMap(m -> m.claims().keySet().stream());
        return Stream.concat(issuer.signIn().map(s -> SUBJECT).stream(), matched)
                .distinct()
                .sorted()
                .map(name -> name + "=" + shown(claims.getOrDefault(name, "(absent)")))
                .reduce((a, b) -> a + ", " + b)
                .orElse("nothing: no identity is matched by tokens of issuer \"" + issuer.name() + "\"");
    }

    static String shown(String text) {
        String printable = Printable.of(text);
        return printable.length() <= 200 ? printable : printable.substring(0, 200) + "…";
    }
}
