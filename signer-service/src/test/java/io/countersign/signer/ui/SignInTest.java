package io.countersign.signer.ui;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.countersign.signer.api.ApiTranscript;
import io.countersign.signer.audit.AuditEvent.Approval;
import io.countersign.signer.audit.AuditEvent.SignIn;
import io.countersign.signer.audit.AuditEvent.SignOut;
import io.countersign.signer.audit.AuditLog.Entry;
import io.countersign.signer.identity.oidc.MockIssuer;
import io.countersign.signer.identity.oidc.MockProvider;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** People sign in through an issuer on loopback, and approve. */
@QuarkusTest
class SignInTest extends ApiTranscript {
    private static final String ALICE = "248289761001";

    private Browser browser;
    private MockProvider provider;

    @BeforeEach
    void anIssuer() throws Exception {
        browser = new Browser(server);
        start(Optional.of("s3cret/+ü"));
    }

    private void start(Optional<String> secret) throws Exception {
        provider = MockProvider.start(server.resolve("/ui/signed-in/work"), secret);
        Files.writeString(folder.resolve("client-secret"), secret.orElse("") + "\nnot this line\n");
        configure(text -> text.replace("approvers: [admin]", "approvers: [admin, alice]")
                .replace("\nidentities:\n", """

                        issuers:
                          - name: work
                            url: %s
                            signIn: { clientId: countersign%s, scopes: [openid, profile] }
                        identities:
                          - name: alice
                            oidc: { issuer: work, claims: { sub: "%s" } }
                        """.formatted(
                                provider.url(),
                                secret.map(s -> ", clientSecretFile: " + folder.resolve("client-secret"))
                                        .orElse(""),
                                ALICE)));
    }

    @AfterEach
    void theIssuerEnds() {
        provider.close();
    }

    /** As far as the issuer's answer, which the browser has not followed yet. */
    private Browser atTheIssuer() throws Exception {
        return browser.get("/ui/sign-in/work").answered(303).follow().answered(302);
    }

    private String refused(String because) throws Exception {
        String answer = atTheIssuer().last().headers().firstValue("Location").orElseThrow();
        browser.follow().answered(403).says(because, "Sign in through work");
        assertThat(browser.cookies).isEmpty();
        return answer;
    }

    private void refused(UnaryOperator<JWTClaimsSet.Builder> claims, String because) throws Exception {
        provider.claims(claims);
        refused(because);
    }

    private String waiting() throws IOException {
        return caller().multiPart("projectSlug", "hello-driver")
                .multiPart("signingPolicySlug", "release-signing")
                .multiPart("artifact", "hello.sys", DRIVER)
                .post(API + "/SubmitWithArtifact")
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
    }

    @Test
    void whoSignsInApprovesAndTheRecordLeadsFromTheApprovalToTheIssuersSubject() throws Exception {
        String location = waiting();
        browser.get("/ui").redirectedTo("/ui/sign-in").follow().says("href=\"/ui/sign-in/work\"");
        atTheIssuer().follow().redirectedTo("/ui").follow().answered(200);
        browser.says("Signed in as <strong>alice</strong>", id(location).toString());
        assertThat(browser.cookies).containsOnlyKeys("countersign-session");

        browser.submit("/ui/approve", "id", id(location).toString()).redirectedTo("/ui");
        browser.follow().says("1 request was approved.");
        assertThat(browser.page()).doesNotContain(id(location).toString());
        assertThat(finished(location).getString("status")).isEqualTo("Completed");

        Approval approval = (Approval) audit.of(id(location)).get(0);
        assertThat(approval.actor()).isEqualTo("alice");
        assertThat(approval.session()).startsWith("session:");
        UUID session = UUID.fromString(approval.session().substring("session:".length()));
        assertThat(audit.of(session)).singleElement().satisfies(event -> {
            SignIn signIn = (SignIn) event;
            assertThat(signIn.actor()).isEqualTo("alice");
            assertThat(signIn.session()).isEqualTo(approval.session());
            assertThat(signIn.knownBy()).isEqualTo("oidc:work:" + ALICE);
        });
        browser.submit("/ui/sign-out").redirectedTo("/ui/sign-in");
        assertThat(browser.cookies).isEmpty();
        assertThat(audit.of(session)).hasSize(2).last().isInstanceOf(SignOut.class);
    }

    @Test
    void aPublicClientHasNoSecretToShow() throws Exception {
        provider.close();
        theConfigurationIsAsItWas();
        start(Optional.empty());
        atTheIssuer().follow().redirectedTo("/ui").follow().says("Signed in as <strong>alice</strong>");
    }

    @Test
    void anAnswerToAnotherSignInIsRefused() throws Exception {
        String answer = refusedWithState("x".repeat(43));
        assertThat(answer).contains("state=");
        assertThat(provider.timesAsked()).isZero();
    }

    private String refusedWithState(String state) throws Exception {
        String answer = atTheIssuer().last().headers().firstValue("Location").orElseThrow();
        browser.get(answer.replaceAll("state=[^&]*", "state=" + state))
                .answered(403)
                .says("The answer is not to a sign-in of this browser.");
        assertThat(browser.cookies).isEmpty();
        return answer;
    }

    @Test
    void anAnswerInAnotherBrowserIsRefused() throws Exception {
        String answer = atTheIssuer().last().headers().firstValue("Location").orElseThrow();
        Browser another = new Browser(server);
        another.get(answer).answered(403).says("This browser has begun no sign-in");
        another.cookies.put("countersign-sign-in", "work.rubbish");
        another.get(answer).answered(403).says("This browser has begun no sign-in");
        assertThat(another.cookies).isEmpty();
        assertThat(provider.timesAsked()).isZero();
    }

    @Test
    void anAnswerIsGoodOnce() throws Exception {
        String answer = atTheIssuer().last().headers().firstValue("Location").orElseThrow();
        String kept = browser.cookies.get("countersign-sign-in");
        browser.get(answer).redirectedTo("/ui");
        Browser thief = new Browser(server);
        thief.cookies.put("countersign-sign-in", kept);
        thief.get(answer).answered(403).says("This sign-in is over.");
        assertThat(thief.cookies).isEmpty();
        assertThat(provider.timesAsked()).isEqualTo(1);
    }

    @Test
    void anAnswerWithoutACodeIsRefused() throws Exception {
        for (String code : List.of("", "%20", "%09%0A")) {
            String answer =
                    atTheIssuer().last().headers().firstValue("Location").orElseThrow();
            browser.get(answer.replaceAll("code=[^&]*", "code=" + code))
                    .answered(403)
                    .says("The issuer&#39;s answer has no code.");
        }
        assertThat(provider.timesAsked()).isZero();
    }

    @Test
    void anAnswerThatComesTooOftenIsGoodLater() throws Exception {
        String first = atTheIssuer().last().headers().firstValue("Location").orElseThrow();
        String kept = browser.cookies.get("countersign-sign-in");
        browser.get(first).redirectedTo("/ui");
        String target = first.substring(first.indexOf("/ui"));
        String answer = "";
        for (int i = 0; i < 100 && !answer.startsWith("HTTP/1.1 429"); i++) {
            // From an address of its own, since others are to come back from the issuer in these tests.
            answer = Wire.ask(server, "127.0.0.2", "GET " + target, "Cookie: countersign-sign-in=" + kept);
        }
        assertThat(answer)
                .contains("There were many sign-ins just now.")
                .containsIgnoringCase("Retry-After: ")
                .doesNotContainIgnoringCase("Set-Cookie");
    }

    @Test
    void aCodeOfAnotherSignInIsRefusedByItsVerifier() throws Exception {
        String stolen = atTheIssuer().last().headers().firstValue("Location").orElseThrow();
        browser = new Browser(server);
        String answer = atTheIssuer().last().headers().firstValue("Location").orElseThrow();
        String code = stolen.replaceAll(".*[&?]code=([^&]*).*", "$1");
        browser.get(answer.replaceAll("code=[^&]*", "code=" + code))
                .answered(403)
                .says("does not take its code any longer");
        assertThat(browser.cookies).isEmpty();
    }

    @Test
    void aSignInWhoseTimeWasChangedIsRefused() throws Exception {
        String answer = atTheIssuer().last().headers().firstValue("Location").orElseThrow();
        browser.cookies.computeIfPresent(
                "countersign-sign-in",
                (name, text) -> text.replaceAll(
                        "[0-9]+(\\.[^.]*)$", Long.toString(Instant.now().getEpochSecond() - 60) + "$1"));
        browser.get(answer).answered(403).says("This browser has begun no sign-in");
        assertThat(provider.timesAsked()).isZero();
    }

    @Test
    void anIdTokenForAnotherSignInClientOrTimeIsRefused() throws Exception {
        refused(c -> c.claim("nonce", "another"), "Unexpected JWT nonce");
        refused(c -> c.claim("nonce", null), "Missing JWT nonce");
        refused(c -> c.audience("somebody-else"), "Unexpected JWT audience");
        refused(c -> c.audience(List.of(MockProvider.CLIENT, "somebody-else")), "made for another client");
        refused(c -> c.claim("azp", "somebody-else"), "made for another client");
        refused(c -> c.issuer("https://login.example"), "Unexpected JWT issuer");
        refused(c -> c.expirationTime(Date.from(Instant.now().minusSeconds(61))), "Expired JWT");
        refused(c -> c.issueTime(Date.from(Instant.now().plusSeconds(90))), "JWT issue time ahead of current time");
        provider.claims(c -> c.audience(List.of(MockProvider.CLIENT, "another")).claim("azp", MockProvider.CLIENT));
        atTheIssuer().follow().redirectedTo("/ui");
    }

    @Test
    void anIdTokenThatIsNotSignedByTheIssuerIsRefused() throws Exception {
        JWTClaimsSet claims = provider.claimsFor("x").build();
        provider.idToken(new PlainJWT(claims).serialize());
        refused("This is no signed JWT.");
        SignedJWT hmac = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
        hmac.sign(new MACSigner(provider.key().toPublicJWK().toString()));
        provider.idToken(hmac.serialize());
        refused("is not believed");
        provider.idToken(
                MockIssuer.token(claims, new RSAKeyGenerator(2048).keyID("one").generate()));
        refused("Invalid signature");
    }

    @Test
    void whoMatchesNobodyIsToldTheirSubjectAndWhoMatchesTwoIsNeither() throws Exception {
        provider.subject("<script>7</script>");
        refused("sub=&lt;script&gt;7&lt;/script&gt;");
        provider.subject(ALICE);
        theConfigurationIsAsItWas();
        configure(text -> text.replace(
                "\nidentities:\n", """

                issuers:
                  - { name: work, url: %s, signIn: { clientId: countersign, clientSecretFile: %s } }
                identities:
                  - { name: alice, oidc: { issuer: work, claims: { sub: "%s" } } }
                  - { name: bob, oidc: { issuer: work, claims: { sub: ["%s", "7"] } } }
                """.formatted(provider.url(), folder.resolve("client-secret"), ALICE, ALICE)));
        refused("matches several identities: alice, bob");
    }

    @Test
    void anIssuersErrorsAreToldInWords() throws Exception {
        provider.error("access_denied");
        refused("The issuer did not let you in, or you said no there.");
        provider.error("%3Cb%3Eboom");
        refused("The issuer answered &quot;&lt;b&gt;boom&quot;.");
        browser.get("/ui/sign-in/nobody").answered(403).says("Nobody signs in through issuer &quot;nobody&quot;.");
    }

    @Test
    void whoseAnswerItIsIsChecked() throws Exception {
        provider.sayWhoAnswers();
        String answer = atTheIssuer().last().headers().firstValue("Location").orElseThrow();
        browser.get(answer.replaceAll("&iss=[^&]*", "")).answered(403).says("does not say that it is of issuer");
        answer = atTheIssuer().last().headers().firstValue("Location").orElseThrow();
        browser.get(answer.replaceAll("&iss=[^&]*", "&iss=https://login.example"))
                .answered(403)
                .says("does not say that it is of issuer");
        assertThat(provider.timesAsked()).isZero();
        atTheIssuer().follow().redirectedTo("/ui");
    }

    @Test
    void aWrongSecretIsTheOperatorsConcern() throws Exception {
        Files.writeString(folder.resolve("client-secret"), "wrong");
        refused("The operator checks clientId and clientSecretFile of issuer &quot;work&quot;.");
        Files.writeString(folder.resolve("client-secret"), "\n");
        atTheIssuer().follow().answered(503).says("The issuer cannot be asked just now.");
    }

    @Test
    void anIssuerThatIsAwayIsSaidToBeAway() throws Exception {
        provider.close();
        browser.get("/ui/sign-in/work").answered(503).says("The issuer cannot be asked just now.");
    }

    @Test
    void tokensOfPeopleAreExchangedForNothing() throws Exception {
        String token = MockIssuer.token(
                provider.claimsFor("x").jwtID(UUID.randomUUID().toString()).build(), provider.key());
        given().formParam("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
                .formParam("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")
                .formParam("subject_token", token)
                .formParam("scope", "project:hello-driver policy:test-signing")
                .post("/v1/lab/oauth/token")
                .then()
                .statusCode(400)
                .body("error", equalTo("invalid_request"))
                .body(
                        "error_description",
                        equalTo("people sign in through issuer \"work\", and its tokens are exchanged for nothing"));
    }

    @Test
    void whoIsTakenOutOfTheConfigurationIsOutAtOnce() throws Exception {
        atTheIssuer().follow().follow().says("Signed in as <strong>alice</strong>");
        theConfigurationIsAsItWas();
        browser.get("/ui").redirectedTo("/ui/sign-in");
    }

    @Test
    void refusalsAreNotSignIns() throws Exception {
        long before = signIns();
        provider.subject("7");
        refused("matches no identity");
        assertThat(signIns()).isEqualTo(before);
    }

    private long signIns() {
        long count = 0;
        long at = 0;
        for (List<Entry> page = audit.after(at, 1000); !page.isEmpty(); page = audit.after(at, 1000)) {
            count += page.stream()
                    .map(Entry::event)
                    .filter(SignIn.class::isInstance)
                    .count();
            at = page.get(page.size() - 1).sequence();
        }
        return count;
    }
}
