package io.countersign.signer.identity.oidc;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.home.Identity.OidcMatch;
import io.countersign.home.Issuer;
import io.countersign.policy.Origin;
import io.countersign.signer.fixture.Examples;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdTokensTest {
    private static final Duration SKEW = Duration.ofSeconds(60);

    private MockIssuer issuer;
    private final List<Identity> identities = new ArrayList<>();
    private final AtomicReference<Instant> clock = new AtomicReference<>(NOW);
    private IdTokens tokens;

    @BeforeEach
    void start() throws Exception {
        issuer = MockIssuer.start();
        identities.add(matching("release", Map.of("repository_id", List.of("123"), "ref", List.of("refs/heads/*"))));
        tokens = new IdTokens(this::configuration, Duration.ofMillis(1), clock::get);
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    private Configuration configuration() {
        Configuration like = Examples.configuration();
        return new Configuration(
                like.organization(),
                like.pkiBaseUrl(),
                like.tokens(),
                like.keys(),
                like.timestampAuthorities(),
                List.of(new Issuer(
                        "github", issuer.url(), Optional.empty(), "https://sign.example", SKEW, Optional.empty())),
                identities,
                Optional.empty(),
                like.projects());
    }

    private static Identity matching(String name, Map<String, List<String>> claims) {
        return new Identity(
                name,
                Optional.empty(),
                Optional.empty(),
                Optional.of(new OidcMatch("github", claims)),
                Set.of(),
                OptionalInt.empty());
    }

    private TokenRefused refused(String token) {
        return catchThrowableOfType(TokenRefused.class, () -> tokens.believe(token));
    }

    private TokenRefused refused(UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
        return refused(issuer.token(change.apply(issuer.claims(NOW)).build()));
    }

    @Test
    void aTokenOfTheRepositoryIsItsIdentitysAndVouchesForTheBuild() throws Exception {
        IdTokens.Believed believed =
                tokens.believe(issuer.token(issuer.claims(NOW).build()));
        assertThat(believed.identity().name()).isEqualTo("release");
        Origin origin = believed.origin().orElseThrow();
        assertThat(origin.vouchedBy()).isEqualTo("github");
        assertThat(origin.repositoryId()).isEqualTo("123");
        assertThat(origin.repositoryOwnerId()).isEqualTo("45");
        assertThat(origin.branch()).contains("main");
        assertThat(origin.workflow()).isEqualTo(".github/workflows/release.yml");
        assertThat(origin.runner()).isEqualTo("github-hosted");
        assertThat(origin.runAttempt()).isEqualTo(1);
        assertThat(origin.buildUrl()).hasToString(issuer.url() + "/o/driver/actions/runs/9");
    }

    @Test
    void aRefThatIsNotWhatWasBuiltIsNoBranch() throws Exception {
        for (String event : List.of("pull_request_target", "workflow_run", "pull_request", "issue_comment")) {
            String token =
                    issuer.token(issuer.claims(NOW).claim("event_name", event).build());
            Origin origin = tokens.believe(token).origin().orElseThrow();
            assertThat(origin.branch()).isEmpty();
            assertThat(origin.ref()).isEqualTo("refs/other/" + event + "/refs/heads/main");
        }
    }

    @Test
    void theRefOfAMergeRequestIsNoBranch() throws Exception {
        for (String source : List.of("merge_request_event", "external_pull_request_event", "parent_pipeline", "")) {
            Map<String, String> claims = Map.of(
                    "project_id",
                    "123",
                    "project_path",
                    "group/driver",
                    "ref",
                    "main",
                    "ref_type",
                    "branch",
                    "pipeline_source",
                    source);
            Issuer gitlab = new Issuer(
                    "gitlab", issuer.url(), Optional.empty(), "https://sign.example", SKEW, Optional.empty());
            assertThat(BuildClaims.origin(gitlab, claims).orElseThrow().branch())
                    .isEmpty();
        }
    }

    @Test
    void timesAreCheckedWithTheIssuersSkewAndNoMore() throws Exception {
        String token = issuer.token(issuer.claims(NOW).build());
        for (Instant good : List.of(NOW.minus(SKEW).plusSeconds(2), NOW.plusSeconds(300 + 58))) {
            clock.set(good);
            assertThat(tokens.believe(token).identity().name()).isEqualTo("release");
        }
        clock.set(NOW.plusSeconds(300 + 61));
        assertThat(refused(token)).hasMessageContaining("Expired JWT");
        clock.set(NOW.minus(SKEW).minusSeconds(2));
        assertThat(refused(token)).hasMessageContaining("before use time");
        clock.set(NOW);
        assertThat(refused(c -> c.issueTime(Date.from(NOW.plusSeconds(90))))).hasMessageContaining("in the future");
        assertThat(refused(c -> c.expirationTime(Date.from(NOW.plusSeconds(90_000)))))
                .hasMessageContaining("longer than 24 hours");
    }

    @Test
    void whatIsNotMeantForUsIsRefused() throws Exception {
        assertThat(refused(c -> c.audience("https://other.example"))).hasMessageContaining("aud claim rejected");
        assertThat(refused(c -> c.audience((String) null))).hasMessageContaining("aud");
        assertThat(refused(c -> c.issuer("https://evil.example/\u001b[2J")))
                .hasMessageContaining("is none of this service's")
                .hasMessageContaining("\\u001b");
        assertThat(refused(c -> c.jwtID(null))).hasMessageContaining("jti");
        assertThat(refused(c -> c.expirationTime(null))).hasMessageContaining("exp");
        assertThat(refused(c -> c.claim("padding", "x".repeat(20_000)))).hasMessageContaining("longer than");
        assertThat(refused("not a token")).hasMessageContaining("no signed JWT");
    }

    @Test
    void unsignedForgedAndSymmetricTokensAreRefused() throws Exception {
        JWTClaimsSet claims = issuer.claims(NOW).build();
        assertThat(refused(new PlainJWT(claims).serialize())).hasMessageContaining("no signed JWT");

        RSAKey stranger =
                new RSAKeyGenerator(2048).keyID(issuer.key().getKeyID()).generate();
        assertThat(refused(MockIssuer.token(claims, stranger))).hasMessageContaining("Invalid signature");

        // The public key as an HMAC secret, as old libraries could be made to take it.
        SignedJWT confused = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .keyID(issuer.key().getKeyID())
                        .build(),
                claims);
        confused.sign(new MACSigner(Arrays.copyOf(issuer.key().toRSAPublicKey().getEncoded(), 64)));
        assertThat(refused(confused.serialize())).hasMessageContaining("not believed");

        String good = issuer.token(claims);
        assertThat(refused(good.substring(0, good.lastIndexOf('.') + 1))).isNotNull();
    }

    @Test
    void rotatedKeysAreFetchedAndWithdrawnOnesForgotten() throws Exception {
        String before = issuer.token(issuer.claims(NOW).build());
        tokens.believe(before);
        tokens.believe(issuer.token(issuer.claims(NOW).build()));
        assertThat(issuer.timesAsked()).isEqualTo(1);
        issuer.rotate();
        Thread.sleep(5);
        tokens.believe(issuer.token(issuer.claims(NOW).build()));
        assertThat(issuer.timesAsked()).isEqualTo(2);
        assertThat(refused(before)).hasMessageContaining("not believed");
    }

    @Test
    void anIssuerThatIsAwayIsDoneWithoutOnceItsKeysAreKnown() throws Exception {
        String token = issuer.token(issuer.claims(NOW).build());
        issuer.goAway(true);
        assertThat(catchThrowableOfType(IssuerUnavailable.class, () -> tokens.believe(token)))
                .hasMessageContaining("github");
        issuer.goAway(false);
        tokens.believe(token);
        issuer.goAway(true);
        assertThat(tokens.believe(issuer.token(issuer.claims(NOW).build()))
                        .identity()
                        .name())
                .isEqualTo("release");
    }

    @Test
    void anIssuerThatIsAwayIsNotAskedForEachToken() throws Exception {
        tokens = new IdTokens(this::configuration, Duration.ofMinutes(5), clock::get);
        issuer.goAway(true);
        for (int i = 0; i < 20; i++) {
            String token = issuer.token(issuer.claims(NOW).build());
            assertThat(catchThrowableOfType(IssuerUnavailable.class, () -> tokens.believe(token)))
                    .hasMessageContaining("github")
                    .message()
                    .doesNotContain("null");
        }
        assertThat(issuer.timesDiscovered()).isBetween(1, 4);
        assertThat(issuer.timesAsked()).isZero();
    }

    @Test
    void keysWithoutAnEndAreNotRead() throws Exception {
        issuer.serveKeys("{\"keys\":[" + " ".repeat(1 << 20) + "]}");
        String token = issuer.token(issuer.claims(NOW).build());
        assertThat(catchThrowableOfType(IssuerUnavailable.class, () -> tokens.believe(token)))
                .isNotNull();
    }

    @Test
    void exactlyOneIdentityMustMatch() throws Exception {
        assertThat(refused(c -> c.claim("repository_id", "666")))
                .hasMessageContaining("matches no identity")
                .hasMessageContaining("repository_id=666");
        assertThat(refused(c -> c.claim("ref", "refs/tags/v1"))).hasMessageContaining("ref=refs/tags/v1");
        assertThat(refused(c -> c.claim("ref", null))).hasMessageContaining("ref=(absent)");
        identities.add(matching("second", Map.of("repository_id", List.of("9", "123"))));
        assertThat(refused(c -> c)).hasMessageContaining("several identities: release, second");
    }

    @Test
    void gitLabsTokensVouchToo() throws Exception {
        identities.clear();
        identities.add(matching("gitlab", Map.of("project_id", List.of("7"))));
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(issuer.url().toString())
                .audience(List.of("https://sign.example"))
                .issueTime(Date.from(NOW))
                .expirationTime(Date.from(NOW.plusSeconds(300)))
                .jwtID("j")
                .claim("project_id", "7")
                .claim("namespace_id", "3")
                .claim("project_path", "group/driver")
                .claim("ref", "v1")
                .claim("ref_type", "tag")
                .claim("ci_config_ref_uri", "127.0.0.1/group/driver//.gitlab-ci.yml@refs/tags/v1")
                .claim("runner_environment", "gitlab-hosted")
                .claim("pipeline_id", "11")
                .claim("pipeline_source", "push")
                .build();
        Origin origin = tokens.believe(issuer.token(claims)).origin().orElseThrow();
        assertThat(origin.tag()).contains("v1");
        assertThat(origin.repositoryId()).isEqualTo("7");
        assertThat(origin.repositoryOwnerId()).isEqualTo("3");
        assertThat(origin.workflow()).isEqualTo(".gitlab-ci.yml");
        assertThat(origin.buildUrl().getPath()).isEqualTo("/group/driver/-/pipelines/11");
    }
}
