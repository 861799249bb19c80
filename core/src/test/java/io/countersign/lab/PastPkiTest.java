package io.countersign.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.PeSample;
import io.countersign.key.DigestAlgorithm;
import io.countersign.lab.LabDriver.Spot;
import io.countersign.timestamp.TimestampPolicy;
import io.countersign.timestamp.TimestampToken;
import io.countersign.x509.DistinguishedNames;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PastPkiTest {
    private static final Instant THEN = Instant.parse("2012-03-04T05:06:07Z");

    private final PastPki pki = PastPki.make();

    @Test
    void everyNameSaysWhatItIs() {
        ThrowAwayKey leaf = PastPki.leaf(pki.evCa(), "Publisher", List.of(PastPki.CODE_SIGNING), THEN, PastPki.END);
        ThrowAwayKey timestamper = PastPki.timestamper(pki.timestampRoot(), "Timestamp Authority");

        List<X509Certificate> all = Stream.of(
                        leaf,
                        timestamper,
                        pki.crossSigned(leaf),
                        pki.componentCa2012(),
                        pki.componentCa2014(),
                        pki.codeVerificationRoot())
                .flatMap(k -> k.chain().stream())
                .toList();

        assertThat(all)
                .hasSize(14)
                .allSatisfy(c -> assertThat(DistinguishedNames.commonName(c)).startsWith("LAB-PAST "));
        assertThat(leaf).asString().doesNotContain(leaf.key().toString());
    }

    @Test
    void itsTimestampsAreOfThenAndNotOfAnInstallationsPolicy() throws Exception {
        ThrowAwayKey timestamper = PastPki.timestamper(pki.timestampRoot(), "Timestamp Authority");

        TimestampToken token = PastPki.timestamps(timestamper, THEN)
                .timestamp(DigestAlgorithm.SHA256.digest(new byte[] {1}))
                .token();

        assertThat(token.genTime()).isEqualTo(THEN);
        assertThat(token.policy()).startsWith(TimestampPolicy.LAB.oid() + ".").isNotEqualTo(TimestampPolicy.LAB.oid());
    }

    @Test
    void onlyACodeChangeChangesTheImageDigest() throws Exception {
        LabDriver driver = LabDriver.of(PeSample.plus().toByteArray());

        assertThat(digest(driver.changed(Spot.CODE))).isNotEqualTo(digest(driver));
        assertThat(digest(driver.builtAt(THEN))).isNotEqualTo(digest(driver));
        assertThat(digest(driver.changed(Spot.CHECKSUM))).isEqualTo(digest(driver));
        assertThat(digest(driver.withRightChecksum())).isEqualTo(digest(driver));
        assertThatThrownBy(() -> driver.changed(Spot.PADDING)).hasMessageContaining("no certificate table");
    }

    private static String digest(LabDriver driver) {
        return driver.imageDigest(DigestAlgorithm.SHA256).value().hex();
    }
}
