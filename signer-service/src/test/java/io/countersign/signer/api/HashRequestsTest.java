package io.countersign.signer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditLog;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Signing of digests, which only a policy of its own allows. */
@QuarkusTest
class HashRequestsTest extends ApiTranscript {
    private static final byte[] DATA = "what nobody here sees".getBytes(StandardCharsets.UTF_8);
    private static final String SHA256 = "2.16.840.1.101.3.4.2.1";

    private void aPolicyForDigests(String more) throws IOException {
        configure("""
                  - slug: hashes
                    name: Signs digests
                    policies:
                      - slug: digests
                        key: publisher
                        digest: sha256
                        timestampAuthorities: [lab]
                        submitters: [ci]
                        approvals: 0
                        hashSigning: true
                %s""".formatted(more));
    }

    private static String payload(String algorithm, String oid, byte[] digest) {
        return "{\"SignatureAlgorithm\": \"%s\", \"RsaHashAlgorithm\": \"%s\", \"Base64EncodedHash\": \"%s\", \"Metadata\": {}}"
                .formatted(algorithm, oid, Base64.getEncoder().encodeToString(digest));
    }

    private static byte[] digest(String algorithm) throws Exception {
        return MessageDigest.getInstance(algorithm).digest(DATA);
    }

    private ValidatableResponse sign(String project, String policy, String payload) throws IOException {
        return caller().multiPart("ProjectSlug", project)
                .multiPart("SigningPolicySlug", policy)
                .multiPart("IsFastSigningRequest", "true")
                .multiPart("Artifact", "payload.json", payload.getBytes(StandardCharsets.UTF_8))
                .post("/API/v1/lab/SigningRequests/SignHash")
                .then();
    }

    private List<AuditLog.Entry> log() {
        return audit.after(0, Integer.MAX_VALUE);
    }

    @Test
    void aDigestIsSignedAtOnceAndOnRecord() throws Exception {
        aPolicyForDigests("");
        JsonPath policies = caller().get("/v1/lab/cryptoki/mysigningpolicies")
                .then()
                .statusCode(200)
                .body("signingPolicies", hasSize(1))
                .body("signingPolicies[0].keyId", equalTo("hashes/digests"))
                .extract()
                .jsonPath();
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(
                        Base64.getDecoder().decode(policies.getString("signingPolicies[0].x509Certificate"))));
        JsonPath answer = sign("hashes", "digests", payload("RsaPkcs1", SHA256, digest("SHA-256")))
                .statusCode(200)
                .body("SignatureAlgorithm", equalTo("RsaPkcs1"))
                .extract()
                .jsonPath();
        Signature check = Signature.getInstance("SHA256withRSA");
        check.initVerify(certificate);
        check.update(DATA);
        assertThat(check.verify(Base64.getDecoder().decode(answer.getString("Signature"))))
                .isTrue();
        List<AuditLog.Entry> log = log();
        assertThat(log.get(log.size() - 2).event()).isInstanceOfSatisfying(AuditEvent.HashIntent.class, i -> {
            assertThat(i.actor()).isEqualTo("ci");
            assertThat(i.policy()).isEqualTo("digests");
        });
        assertThat(log.get(log.size() - 1).event())
                .isInstanceOfSatisfying(
                        AuditEvent.HashOutcome.class,
                        o -> assertThat(o.failure()).isEmpty());
    }

    @Test
    void policiesThatDoNotSayItSignNoDigests() throws Exception {
        String payload = payload("RsaPkcs1", SHA256, digest("SHA-256"));
        sign("hello-driver", "test-signing", payload)
                .statusCode(403)
                .body("detail", containsString("signs no bare digests"));
        sign("hello-driver", "release-signing", payload).statusCode(403);
        sign("nothing", "digests", payload).statusCode(400);
        assertThat(log())
                .noneMatch(e -> e.event() instanceof AuditEvent.HashIntent i
                        && i.policy().endsWith("-signing"));
    }

    @Test
    void theBudgetCountsDigests() throws Exception {
        aPolicyForDigests("        budget: { signatures: 1, per: 1h }\n");
        // What other tests signed under a policy of this name counts too.
        sign("hashes", "digests", payload("RsaPkcs1", SHA256, digest("SHA-256")));
        sign("hashes", "digests", payload("RsaPkcs1", SHA256, digest("SHA-256")))
                .statusCode(403)
                .body("errors.error", hasItem(containsString("signatures")));
    }

    @Test
    void whatCannotBeSignedSoIsRefusedByName() throws Exception {
        aPolicyForDigests("");
        byte[] sha256 = digest("SHA-256");
        sign("hashes", "digests", payload("RsaPss", SHA256, sha256))
                .statusCode(400)
                .body("howToFix", containsString("RSA-PSS"));
        sign("hashes", "digests", payload("Ecdsa", "", sha256))
                .statusCode(400)
                .body("detail", containsString("the policy's key is RSA"));
        sign("hashes", "digests", payload("RsaPkcs1", "1.3.14.3.2.26", digest("SHA-1")))
                .statusCode(400)
                .body("detail", containsString("RsaHashAlgorithm"));
        sign("hashes", "digests", payload("RsaPkcs1", SHA256, digest("SHA-512")))
                .statusCode(400)
                .body("detail", containsString("has 64 bytes"));
        sign("hashes", "digests", "MZ").statusCode(400).body("detail", containsString("not JSON"));
    }

    @Test
    void theShortFormOfAnEcdsaSignatureIsThatOfOthers() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp384r1"));
        KeyPair pair = generator.generateKeyPair();
        for (int i = 0; i < 50; i++) {
            Signature sign = Signature.getInstance("SHA384withECDSA");
            sign.initSign(pair.getPrivate());
            sign.update(DATA);
            byte[] ieee = HashRequests.ieee(sign.sign(), (ECPublicKey) pair.getPublic());
            Signature check = Signature.getInstance("SHA384withECDSAinP1363Format");
            check.initVerify(pair.getPublic());
            check.update(DATA);
            assertThat(check.verify(ieee)).isTrue();
        }
    }
}
