package io.countersign.home;

import io.countersign.home.Identity.OidcMatch;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.yaml.YamlDocument;
import io.countersign.yaml.YamlMap;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads {@code issuers} and {@code identities}. */
final class IdentitiesSection {
    static final String ISSUER = "issuer";
    static final String IDENTITY = "identity";

    /** Those of {@link #ISSUER} that people sign in through. */
    static final String SIGN_IN_ISSUER = "sign-in issuer";

    private static final int MAX_SKEW_SECONDS = 300;
    private static final int DEFAULT_SKEW_SECONDS = 60;
    private static final int MAX_REQUESTS_PER_MINUTE = 1_000_000;
    private static final String SHA256_IN_WORDS = "a SHA-256 in 64 hexadecimal digits, as 'sha256sum' prints it";

    /** Their values have a part that changes from run to run; every other claim is an identifier, whole. */
    private static final Set<String> BEGINNING_IS_ENOUGH =
            Set.of("ref", "workflow_ref", "job_workflow_ref", "ci_config_ref_uri", "environment");

    private static final String SUBJECT = "sub";
    private static final String OPENID = "openid";

    /** RFC 6749 section 3.3. */
    private static final String SCOPE = "[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,100}";

    /** What people can change, or are given after others had it (OpenID Connect Core 1.0 section 5.7). */
    private static final Set<String> NAMES_OF_PEOPLE = Set.of(
            "email",
            "preferred_username",
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "phone_number",
            "unique_name",
            "upn",
            "username");

    private final YamlDocument document;
    private final Names names;
    private final Function<YamlMap.Text, Path> path;

    /** @param path reads a path of the home */
    IdentitiesSection(YamlDocument document, Names names, Function<YamlMap.Text, Path> path) {
        this.document = document;
        this.names = names;
        this.path = path;
    }

    List<Issuer> issuers(YamlMap root) {
        return root.optionalMaps("issuers").stream().map(this::issuer).toList();
    }

    List<Identity> identities(YamlMap root) {
        return root.maps("identities").stream().map(this::identity).toList();
    }

    private Issuer issuer(YamlMap map) {
        Optional<Issuer.SignIn> signIn = map.optionalMap("signIn").map(this::signIn);
        Issuer issuer = new Issuer(
                names.unique(map, "name", ISSUER),
                map.value("url", WebAddress::guarded, WebAddress.GUARDED_IN_WORDS, URI.create("none:none")),
                map.optionalValue("jwks", WebAddress::guarded, WebAddress.GUARDED_IN_WORDS),
                signIn.isPresent() ? signIn.get().clientId() : map.text("audience"),
                Duration.ofSeconds(map.optionalNumber("clockSkewSeconds", 0, MAX_SKEW_SECONDS)
                        .orElse(DEFAULT_SKEW_SECONDS)),
                signIn);
        if (signIn.isPresent()) {
            names.declare(SIGN_IN_ISSUER, issuer.name());
            if (map.has("audience")) {
                map.known("audience");
                document.problem(
                        map.line("audience"),
                        "'audience' is of issuers whose tokens builds exchange; people sign in through this one",
                        "remove it: its tokens are for the clientId. An issuer of both is two clients there; builds and people"
                                + " need issuers of their own here");
            }
        }
        if (issuer.name().equals(Configuration.Repository.GITHUB_API)) {
            document.problem(map.line("name"), "'github-api' is the name of the connector", "use another name");
        }
        if (!names.declare("issuer's url", issuer.url().toString())) {
            document.problem(
                    map.line("url"), "two issuers have the url " + issuer.url(), "name it once, with one audience");
        }
        map.end();
        return issuer;
    }

    private Issuer.SignIn signIn(YamlMap map) {
        List<String> scopes = map.optionalValues("scopes", IdentitiesSection::scope, "a scope (RFC 6749 section 3.3)");
        if (map.has("scopes") && !scopes.contains(OPENID)) {
            document.problem(
                    map.line("scopes"), "without the scope 'openid' there is no ID token", "add openid to the scopes");
        }
        Issuer.SignIn signIn = new Issuer.SignIn(
                map.text("clientId"),
                map.optionalText("clientSecretFile")
                        .map(file -> path.apply(new YamlMap.Text(file, map.line("clientSecretFile")))),
                scopes.isEmpty() ? List.of(OPENID) : scopes);
        map.end();
        return signIn;
    }

    private Identity identity(YamlMap map) {
        Identity identity = new Identity(
                names.unique(map, "name", IDENTITY),
                map.optionalValue("tokenSha256", IdentitiesSection::sha256, SHA256_IN_WORDS),
                map.optionalValue("certificateSha256", IdentitiesSection::sha256, SHA256_IN_WORDS),
                map.optionalMap("oidc").map(this::oidc),
                Set.copyOf(map.optionalValues("roles", IdentitiesSection::role, roles())),
                map.optionalNumber("requestsPerMinute", 1, MAX_REQUESTS_PER_MINUTE));
        identity.tokenSha256().ifPresent(hash -> {
            if (!names.declare("tokenSha256", hash.hex())) {
                document.problem(
                        map.line("tokenSha256"), "two identities have this token", "give each a token of its own");
            }
        });
        map.end();
        return identity;
    }

    private OidcMatch oidc(YamlMap map) {
        String issuer = names.reference(map, "issuer", ISSUER);
        Map<String, List<String>> claims = new LinkedHashMap<>();
        map.optionalTextsByName("claims")
                .forEach((claim, values) -> claims.put(
                        claim, values.stream().map(v -> claimValue(claim, v)).toList()));
        if (claims.isEmpty()) {
            document.problem(
                    map.line("claims"),
                    "no claims are named, so every token of the issuer would be this identity's",
                    "name at least one, such as repository_id: \"123\"");
        }
        if (names.isDeclared(SIGN_IN_ISSUER, issuer)) {
            requireSubject(map, claims);
        } else if (claims.containsKey(SUBJECT)) {
            document.problem(
                    map.line("claims"),
                    "'sub' is put together from names, which change hands, and GitHub changed how for repositories made"
                            + " after 2026-07-15",
                    "match on identifiers: repository_id, repository_owner_id (GitHub), project_id, namespace_id (GitLab)");
        }
        map.end();
        return new OidcMatch(issuer, claims);
    }

    /** OpenID Connect Core 1.0 section 5.7: iss and sub together are the only identifier of a person that may be relied on. */
    private void requireSubject(YamlMap map, Map<String, List<String>> claims) {
        List<String> named =
                claims.keySet().stream().filter(NAMES_OF_PEOPLE::contains).toList();
        if (!named.isEmpty()) {
            document.problem(
                    map.line("claims"),
                    String.join(", ", named) + ": people change such names, and others get them later",
                    "match on 'sub', the issuer's own identifier of the person; who tries to sign in is told theirs");
        } else if (!claims.isEmpty() && !claims.containsKey(SUBJECT)) {
            document.problem(
                    map.line("claims"),
                    "'sub' is not among the claims, so several people could be this identity",
                    "name it; who tries to sign in is told theirs");
        }
    }

    private String claimValue(String claim, YamlMap.Text value) {
        int star = value.value().indexOf('*');
        if (star >= 0 && (star < value.value().length() - 1 || !BEGINNING_IS_ENOUGH.contains(claim))) {
            document.problem(
                    value.line(),
                    "'" + value.value() + "' of claim '" + claim + "' has an asterisk",
                    "write the whole value; an asterisk may only end values of "
                            + BEGINNING_IS_ENOUGH.stream().sorted().collect(Collectors.joining(", ")));
        }
        return value.value();
    }

    private static String scope(String text) {
        if (!text.matches(SCOPE)) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }

    private static Role role(String text) {
        return Arrays.stream(Role.values())
                .filter(r -> r.label().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text));
    }

    private static String roles() {
        return Arrays.stream(Role.values()).map(Role::label).collect(Collectors.joining(" or "));
    }

    private static Bytes sha256(String text) {
        Bytes value = Bytes.ofHex(text);
        if (value.size() != DigestAlgorithm.SHA256.size()) {
            throw new IllegalArgumentException(text);
        }
        return value;
    }
}
