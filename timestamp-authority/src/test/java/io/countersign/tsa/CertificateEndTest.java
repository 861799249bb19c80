package io.countersign.tsa;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.timestamp.TestTsa;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateEndTest {
    private static final List<X509Certificate> CHAIN = TestTsa.key().chain();
    private static final Instant LAST = CHAIN.get(0).getNotAfter().toInstant();

    @Test
    void aRenewalIsDueAMonthBeforeTheEndAndNotEarlier() {
        assertThat(at(LAST.minus(Duration.ofDays(31))).isNear()).isFalse();
        assertThat(at(LAST.minus(Duration.ofDays(29))).isNear()).isTrue();
        assertThat(at(LAST.minus(Duration.ofDays(29))).objection()).isEmpty();
        assertThat(at(LAST.minus(Duration.ofDays(29))).daysRemaining()).isBetween(28.9, 29.1);
    }

    @Test
    void afterTheEndThereIsAnObjectionAndNoDayLeft() {
        CertificateEnd ended = at(LAST.plusSeconds(1));

        assertThat(ended.objection()).isPresent();
        assertThat(ended.daysRemaining()).isZero();
    }

    @Test
    void aCertificateThatIsNoTsasIsObjectedTo() {
        CertificateEnd ofACa = CertificateEnd.of(CHAIN.subList(1, 3), TestTsa.clock());

        assertThat(ofACa.objection().orElseThrow()).contains("extended key usage");
    }

    private static CertificateEnd at(Instant time) {
        return CertificateEnd.of(CHAIN, InstantSource.fixed(time));
    }
}
