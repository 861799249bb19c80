package io.countersign.timestamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.SoftwareKey;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenCheckTest {
    private static final Digest IMPRINT = DigestAlgorithm.SHA256.digest(new byte[] {1});
    private static final TimestampRequest REQUEST =
            new TimestampRequest(IMPRINT, Optional.of(BigInteger.TEN), true, Optional.empty());

    private final SigningKey key = TestTsa.key();

    @Test
    void aTokenSignedByAnotherKeyThanItsCertificatesNeverLeaves() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        SigningKey confused = new SoftwareKey(generator.generateKeyPair().getPrivate(), key.chain());

        assertRejected(confused, "the certificate does not verify its signature");
    }

    @Test
    void aDamagedSignatureNeverLeaves() {
        assertRejected(
                new SigningKey() {
                    @Override
                    public List<X509Certificate> chain() {
                        return key.chain();
                    }

                    @Override
                    public byte[] sign(SignatureAlgorithm algorithm, byte[] toBeSigned) throws KeyUnavailable {
                        byte[] signature = key.sign(algorithm, toBeSigned);
                        signature[signature.length - 1] ^= 1;
                        return signature;
                    }

                    @Override
                    public byte[] signDigest(SignatureAlgorithm algorithm, Digest digest) {
                        throw new UnsupportedOperationException("not used");
                    }
                },
                "the certificate does not verify its signature");
    }

    @Test
    void aTokenThatSaysSomethingElseThanItShouldIsNotSound() throws Exception {
        TokenContent content = content(REQUEST, BigInteger.TWO);
        byte[] token = new TokenIssuer(key, SignatureAlgorithm.ECDSA_SHA256, TimestampPolicy.LAB).issue(content);
        TokenCheck check = new TokenCheck(key.certificate(), SignatureAlgorithm.ECDSA_SHA256);

        check.requireSound(token, content);
        assertUnsound(check, token, content(REQUEST, BigInteger.ONE), "serial number");
        assertUnsound(
                check,
                token,
                new TokenContent(content.request(), content.policy(), BigInteger.TWO, TestTsa.NOW.plusMillis(1)),
                "time");
        assertUnsound(
                check,
                token,
                new TokenContent(content.request(), "1.3.6.1.4.1.32473.1", BigInteger.TWO, TestTsa.NOW),
                "policy");
        assertUnsound(check, token, content(request(IMPRINT, 11, true), BigInteger.TWO), "nonce");
        assertUnsound(check, token, content(request(IMPRINT, 10, false), BigInteger.TWO), "certificates");
        Digest other = DigestAlgorithm.SHA256.digest(new byte[] {2});
        assertUnsound(check, token, content(request(other, 10, true), BigInteger.TWO), "imprint");
        TokenCheck elsewhere =
                new TokenCheck(TestTsa.keyWith(TestTsa.SIGNS).certificate(), SignatureAlgorithm.ECDSA_SHA256);
        assertUnsound(elsewhere, token, content, "another certificate");
    }

    private static TimestampRequest request(Digest imprint, long nonce, boolean certReq) {
        return new TimestampRequest(imprint, Optional.of(BigInteger.valueOf(nonce)), certReq, Optional.empty());
    }

    private static TokenContent content(TimestampRequest request, BigInteger serialNumber) throws RefusedRequest {
        return new TokenContent(
                ReceivedRequest.parse(request.encode()), TimestampPolicy.LAB.oid(), serialNumber, TestTsa.NOW);
    }

    private static void assertUnsound(TokenCheck check, byte[] token, TokenContent content, String reason) {
        assertThatThrownBy(() -> check.requireSound(token, content))
                .isInstanceOf(UnsoundToken.class)
                .hasMessageContaining(reason);
    }

    private static void assertRejected(SigningKey broken, String reason) {
        TimestampAuthority authority = new TimestampAuthority("broken", broken, TestTsa.clock());

        TimestampAnswer.Rejected rejected = (TimestampAnswer.Rejected) authority.answer(REQUEST.encode());

        assertThat(rejected.refusal()).isEqualTo(Refusal.SYSTEM_FAILURE);
        assertThat(rejected.cause())
                .hasValueSatisfying(cause ->
                        assertThat(cause).isInstanceOf(UnsoundToken.class).hasMessageContaining(reason));
    }
}
