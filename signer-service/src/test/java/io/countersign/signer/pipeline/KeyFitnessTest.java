package io.countersign.signer.pipeline;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.home.Configuration;
import io.countersign.key.KeyAttributes;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyFitnessTest {
    private static final Configuration.Key KEY = new Configuration.Key(
            "publisher", "signing", "x", List.of(Path.of("/leaf.pem"), Path.of("/last.pem")), false);

    @ParameterizedTest
    @CsvSource({
        "false, true,  true,  false, true",
        "true,  false, true,  false, true",
        "true,  true,  false, false, true",
        "true,  true,  true,  true,  true",
        "true,  true,  true,  false, false",
    })
    void aKeyThatIsOrWasOutsideItsTokenIsUnfit(
            boolean local, boolean sensitive, boolean always, boolean extractable, boolean never) {
        KeyAttributes attributes = new KeyAttributes(local, sensitive, always, extractable, never);
        assertThatThrownBy(() -> KeyFitness.requireConfined("publisher", attributes))
                .isInstanceOf(UnfitKey.class)
                .hasMessageContaining("\"publisher\"")
                .hasMessageContaining("Generate a new key");
    }

    @Test
    void aKeyBornInItsTokenIsFit() {
        assertThatCode(() -> KeyFitness.requireConfined("x", new KeyAttributes(true, true, true, false, true)))
                .doesNotThrowAnyException();
    }

    @Test
    void aChainThatEndsBeforeTheRootIsUnfitAndTheFileIsNamed() {
        SoftwareKey root = TestPki.root("Root");
        SoftwareKey ca = TestPki.issue(root, "CA", TestPki.Kind.AUTHORITY);
        List<X509Certificate> whole =
                TestPki.issue(ca, "Publisher", TestPki.Kind.CODE_SIGNING).chain();
        assertThatCode(() -> KeyFitness.requireRootLast(KEY, whole)).doesNotThrowAnyException();
        for (int length : List.of(1, 2)) {
            assertThatThrownBy(() -> KeyFitness.requireRootLast(KEY, whole.subList(0, length)))
                    .isInstanceOf(UnfitKey.class)
                    .hasMessageContaining("/last.pem")
                    .hasMessageContaining("root last");
        }
    }

    @Test
    void aCertificateThatOnlyBearsItsIssuersNameIsNoRoot() {
        SoftwareKey root = TestPki.root("Root");
        SoftwareKey namesake = TestPki.issue(root, "Root", TestPki.Kind.AUTHORITY);
        assertThatThrownBy(() -> KeyFitness.requireRootLast(KEY, List.of(namesake.certificate())))
                .isInstanceOf(UnfitKey.class);
        SoftwareKey notAnAuthority = TestPki.issue(root, "Root", TestPki.Kind.CODE_SIGNING);
        assertThatThrownBy(() -> KeyFitness.requireRootLast(KEY, List.of(notAnAuthority.certificate())))
                .isInstanceOf(UnfitKey.class);
    }
}
