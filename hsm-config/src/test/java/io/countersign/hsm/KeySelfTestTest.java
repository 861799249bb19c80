package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.key.Digest;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import io.countersign.timestamp.TestTsa;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeySelfTestTest {
    @Test
    void aKeyThatFitsItsCertificatePasses() {
        assertThatCode(() -> new KeySelfTest(TestTsa.key()).run()).doesNotThrowAnyException();
    }

    @Test
    void aCertificateOfAnotherKeyIsFoundOut() {
        SigningKey key = TestTsa.key();
        List<X509Certificate> issuersChain = key.chain().subList(1, 3);

        assertThatThrownBy(() -> new KeySelfTest(withChain(key, issuersChain)).run())
                .isInstanceOf(KeyUnavailable.class)
                .hasMessageContaining("does not verify");
    }

    private static SigningKey withChain(SigningKey key, List<X509Certificate> chain) {
        return new SigningKey() {
            @Override
            public List<X509Certificate> chain() {
                return chain;
            }

            @Override
            public byte[] sign(SignatureAlgorithm algorithm, byte[] toBeSigned) throws KeyUnavailable {
                return key.sign(algorithm, toBeSigned);
            }

            @Override
            public byte[] signDigest(SignatureAlgorithm algorithm, Digest digest) throws KeyUnavailable {
                return key.signDigest(algorithm, digest);
            }
        };
    }
}
