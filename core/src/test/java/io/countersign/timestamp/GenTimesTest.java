package io.countersign.timestamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.key.DigestAlgorithm;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GenTimesTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private Instant clock = NOON;

    @Test
    void theTimeIsTheClocksToTheMillisecond() throws TimeNotAvailable {
        clock = NOON.plusNanos(1_999_999);

        assertThat(times(false).next()).isEqualTo(NOON.plusMillis(1));
    }

    @Test
    void aClockThatStepsBackWithinTheAccuracyGivesTheLastTimeAgain() throws TimeNotAvailable {
        GenTimes times = times(false);
        times.next();
        clock = NOON.minusSeconds(1);

        assertThat(times.next()).isEqualTo(NOON);
    }

    @Test
    void aClockThatStepsBackFurtherGivesNoTimeUntilItHasCaughtUp() throws TimeNotAvailable {
        GenTimes times = times(false);
        times.next();
        clock = NOON.minusMillis(1001);

        assertThatThrownBy(times::next).isInstanceOf(TimeNotAvailable.class).hasMessageContaining("behind");

        clock = NOON.minusMillis(1000);
        assertThat(times.next()).isEqualTo(NOON);
        clock = NOON.plusMillis(5);
        assertThat(times.next()).isEqualTo(NOON.plusMillis(5));
    }

    @Test
    void underOrderingEachTimeIsLaterAndNoneIsFurtherFromTheClockThanTheAccuracy() throws TimeNotAvailable {
        GenTimes times = times(true);

        for (int i = 0; i <= 1000; i++) {
            assertThat(times.next()).isEqualTo(NOON.plusMillis(i));
        }
        assertThatThrownBy(times::next).isInstanceOf(TimeNotAvailable.class);
    }

    private GenTimes times(boolean ordering) {
        return new GenTimes(
                () -> clock,
                new TimestampPolicy(
                        "1.3.6.1.4.1.32473.1",
                        Set.of(),
                        Duration.ofSeconds(1),
                        ordering,
                        false,
                        EnumSet.of(DigestAlgorithm.SHA256)));
    }
}
