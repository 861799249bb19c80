package io.countersign.tsa;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.TimestampServing;
import io.countersign.home.TimestampServing.LabAnswer;
import io.countersign.key.DigestAlgorithm;
import io.countersign.timestamp.Refusal;
import io.countersign.timestamp.TestTsa;
import io.countersign.timestamp.TimestampAnswer.Issued;
import io.countersign.timestamp.TimestampPolicy;
import io.countersign.timestamp.TimestampRequest;
import io.countersign.tsa.clock.ClockPolicy;
import io.countersign.tsa.clock.NtpPolling;
import io.countersign.tsa.lab.Switchboard;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What docs/tsa-policy.md promises in numbers and names is what the code does. */
class TsaPolicyDocumentTest {
    private static final TimestampServing DEFAULT = TimestampServing.DEFAULT;
    private static String document;

    @BeforeAll
    static void read() throws IOException {
        document = Files.readString(Path.of(System.getProperty("countersign.root"), "docs", "tsa-policy.md"));
    }

    @Test
    void thePoliciesAreThoseOfTheCode() {
        assertThat(document)
                .contains("| Policy identifier | `" + DEFAULT.policy() + "`")
                .contains("| LAB policy for SHA-1 | `" + TimestampPolicy.LAB_SHA1 + "`");
        assertThat(TimestampPolicy.LAB.digests())
                .containsExactlyInAnyOrder(DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512);
    }

    @Test
    void accuracyClockAndPeriodsAreThoseOfTheDefaults() {
        long threshold = DEFAULT.clock().threshold().toMillis();
        ClockPolicy asked = new ClockPolicy(
                1, 1, DEFAULT.clock().threshold(), DEFAULT.clock().period());

        assertThat(document)
                .contains("| Accuracy | " + DEFAULT.accuracy().toMillis() + " ms,")
                .contains("accuracyMillis: " + DEFAULT.accuracy().toMillis())
                .contains("more than " + threshold + " ms against the monotonic clock")
                .contains("thresholdMillis: " + threshold + ", periodSeconds: "
                        + DEFAULT.clock().period().toSeconds())
                .contains("each for " + NtpPolling.PATIENCE.toSeconds() + " s at most")
                .contains("for "
                        + asked.confirmationLasts().dividedBy(DEFAULT.clock().period()) + " periods after that")
                .contains(CertificateEnd.WARNING.toDays() + " days before the end")
                .contains("retentionDays: " + DEFAULT.archive().retentionDays());
    }

    @Test
    void serialNumbersHaveTheBitsThatAreSaid() {
        byte[] query = new TimestampRequest(
                        DigestAlgorithm.SHA256.digest(new byte[1]), Optional.empty(), false, Optional.empty())
                .encode();

        Issued issued = (Issued) TestTsa.authority().answer(query);

        int random = issued.serialNumber().bitLength() - 1;
        assertThat(issued.serialNumber().toByteArray()).hasSize(20);
        assertThat(document).contains(random + " of their bits random", "have " + random + " random bits");
    }

    @Test
    void theLabsKeySignsForAsLongAsIsSaid() throws Exception {
        new LabHome().start();
        List<X509Certificate> chain = PemCertificates.read(LabHome.home().pki().resolve("lab-tsa.pem"));
        Instant from = chain.get(0).getNotBefore().toInstant();

        Instant end = CertificateEnd.of(chain, InstantSource.fixed(from)).end();

        Instant promised = from.atOffset(ZoneOffset.UTC).plusMonths(15).toInstant();
        assertThat(Duration.between(end, promised).abs()).isLessThan(Duration.ofMinutes(1));
        assertThat(document).contains("| Key use | at most 15 months");
    }

    @Test
    void everyRefusalAndEveryLabAnswerIsNamed() {
        assertThat(Refusal.values())
                .filteredOn(r -> r != Refusal.ADD_INFO_NOT_AVAILABLE)
                .allSatisfy(r -> assertThat(document).contains("`" + r + "`"));
        assertThat(LabAnswer.values()).allSatisfy(a -> assertThat(document).contains("`" + a.label() + "`"));
        assertThat(document).contains("`" + Switchboard.HEADER + "`");
    }
}
