package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HsmTest {
    private static final byte[] DATA = "signed in the token".getBytes(StandardCharsets.US_ASCII);

    @ParameterizedTest
    @ValueSource(strings = {"publisher", "tsa", "evidence"})
    void everyKeySignsWithEveryDigestAndSoftwareVerifiesIt(String name) throws Exception {
        SigningKey key = LabHome.hsm().key(name, KeyPurpose.SELF_TEST);
        List<SignatureAlgorithm> fitting = Stream.of(SignatureAlgorithm.values())
                .filter(a ->
                        a.keyAlgorithm().equals(key.certificate().getPublicKey().getAlgorithm()))
                .toList();

        assertThat(fitting).hasSize(3);
        for (SignatureAlgorithm algorithm : fitting) {
            assertThat(verifies(key, algorithm, key.sign(algorithm, DATA))).isTrue();
            assertThat(verifies(
                            key,
                            algorithm,
                            key.signDigest(algorithm, algorithm.digest().digest(DATA))))
                    .isTrue();
        }
        assertThat(LabHome.hsm().attributes(name).confinedToToken()).isTrue();
    }

    @Test
    void theChainIsLeafFirstRootLast() throws Exception {
        assertThat(LabHome.hsm().key("publisher", KeyPurpose.CODE_SIGNING).chain().stream()
                        .map(c -> c.getSubjectX500Principal().getName().replaceAll("^CN=([^,]*).*", "$1")))
                .containsExactly(
                        "Countersign LAB Publisher",
                        "Countersign LAB EV Code Signing CA",
                        "Countersign LAB Code Signing Root");
    }

    @Test
    void anAlgorithmOfAnotherKindOfKeyIsRefusedByName() throws Exception {
        SigningKey key = LabHome.hsm().key("evidence", KeyPurpose.SELF_TEST);

        assertThatThrownBy(() -> key.sign(SignatureAlgorithm.RSA_SHA256, DATA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("SHA256withRSA wants a key of kind RSA, but 'evidence' is of kind EC");
        assertThatThrownBy(() -> key.signDigest(SignatureAlgorithm.ECDSA_SHA256, DigestAlgorithm.SHA384.digest(DATA)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("SHA256withECDSA signs a SHA-256 digest, this is a SHA-384 one");
    }

    @Test
    void aKeyTheConfigurationDoesNotNameIsUnavailable() throws Exception {
        Hsm hsm = LabHome.hsm();

        assertThatThrownBy(() -> hsm.key("release", KeyPurpose.CODE_SIGNING))
                .isInstanceOf(KeyUnavailable.class)
                .hasMessageContaining("there is no key 'release'")
                .hasMessageContaining("ev-ca, evidence, publisher, root, status,");
    }

    @Test
    void nothingIsRegisteredWithTheJavaPlatform() throws Exception {
        LabHome.hsm().key("tsa", KeyPurpose.SELF_TEST);

        assertThat(Security.getProviders()).noneMatch(p -> p.getName().contains("countersign"));
    }

    @Test
    void severalInstancesAndThreadsSignAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                results.add(threads.submit(() -> {
                    Hsm hsm = LabHome.hsm();
                    SigningKey key = hsm.key("evidence", KeyPurpose.SELF_TEST);
                    return hsm.attributes("evidence").confinedToToken()
                            && verifies(
                                    key,
                                    SignatureAlgorithm.ECDSA_SHA256,
                                    key.sign(SignatureAlgorithm.ECDSA_SHA256, DATA));
                }));
            }
            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdown();
        }
    }

    private static boolean verifies(SigningKey key, SignatureAlgorithm algorithm, byte[] signature) throws Exception {
        Signature verifier = Signature.getInstance(algorithm.jcaName());
        verifier.initVerify(key.certificate().getPublicKey());
        verifier.update(DATA);
        return verifier.verify(signature);
    }
}
