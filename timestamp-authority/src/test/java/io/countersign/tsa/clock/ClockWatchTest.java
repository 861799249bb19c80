package io.countersign.tsa.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.timestamp.TimeNotAvailable;
import io.countersign.tsa.clock.NtpAnswer.Told;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both clocks are the test's, so nothing here waits. */
class ClockWatchTest {
    private static final Duration THRESHOLD = Duration.ofMillis(500);
    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final ClockPolicy TWO_OF_THREE = new ClockPolicy(3, 2, THRESHOLD, PERIOD);

    private final SteppedClock clock = SteppedClock.at(Instant.parse("2026-11-23T12:00:00Z"));

    @Test
    void withoutServersTheClockIsBelievedAsItIsAndTheStateSaysSo() throws TimeNotAvailable {
        ClockWatch watch = watch(ClockPolicy.stepsOnly(THRESHOLD));
        clock.pass(Duration.ofDays(400));

        assertThat(watch.now()).isEqualTo(clock.instant());
        assertThat(watch.state().inWords()).contains("no NTP server is configured");
    }

    @ParameterizedTest
    @ValueSource(longs = {-3_600_000, -501, 501, 86_400_000})
    void aStepEndsBeliefForThisProcessWhereNoServerCanTellWhetherItWasRight(long millis) {
        ClockWatch watch = watch(ClockPolicy.stepsOnly(THRESHOLD));
        clock.step(Duration.ofMillis(millis));

        assertDisbelieved(watch, "stepped by " + millis + " ms");
        clock.step(Duration.ofMillis(-millis));
        assertDisbelieved(watch, "restart");
    }

    @Test
    void manySmallStepsAddUpToOneThatIsSeen() throws TimeNotAvailable {
        ClockWatch watch = watch(ClockPolicy.stepsOnly(THRESHOLD));
        for (int i = 0; i < 5; i++) {
            clock.pass(Duration.ofSeconds(1));
            clock.step(Duration.ofMillis(100));
            watch.now();
        }
        clock.step(Duration.ofMillis(100));

        assertDisbelieved(watch, "stepped by 600 ms");
    }

    @Test
    void aPauseBetweenTheTwoClocksIsNoStep() throws TimeNotAvailable {
        AtomicLong nanos = new AtomicLong();
        ClockWatch watch = new ClockWatch(
                clock, () -> nanos.getAndAdd(Duration.ofSeconds(3).toNanos()), ClockPolicy.stepsOnly(THRESHOLD));
        clock.pass(Duration.ofSeconds(6));

        assertThat(watch.now()).isEqualTo(clock.instant());
    }

    @Test
    void withServersNothingIsBelievedBeforeAQuorumAgrees() throws TimeNotAvailable {
        ClockWatch watch = watch(TWO_OF_THREE);

        assertDisbelieved(watch, "no quorum of NTP servers has confirmed");
        tell(watch, 0);
        assertDisbelieved(watch, "no quorum of NTP servers has confirmed");
        tell(watch, 10, -20, 90_000);
        assertThat(watch.now()).isEqualTo(clock.instant());
        assertThat(watch.state().inWords()).isEqualTo("2 of 3 NTP servers agree within 500 ms");
        assertThat(watch.state().offset()).contains(Duration.ofMillis(10));
    }

    @Test
    void oneServerThatLiesCannotEndBeliefAndAQuorumThatDisagreesDoesAtOnce() throws TimeNotAvailable {
        ClockWatch watch = confirmed();
        tell(watch, 0, 60_000);
        watch.now();

        tell(watch, 700, 800, 0);

        assertDisbelieved(watch, "disagree with the clock");
        tell(watch, 0, 0);
        watch.now();
    }

    @Test
    void anAnswerTooUncertainTellsNeitherThatTheClockIsRightNorThatItIsWrong() throws TimeNotAvailable {
        List<NtpAnswer> vague = List.of(
                new Told("a", Duration.ofMillis(10), Duration.ofMillis(491)),
                new Told("b", Duration.ofMillis(900), Duration.ofMillis(400)));
        ClockWatch fresh = watch(TWO_OF_THREE);
        fresh.takeIn(vague, fresh.reading());
        assertDisbelieved(fresh, "no quorum");

        ClockWatch confirmed = confirmed();
        confirmed.takeIn(vague, confirmed.reading());
        assertThat(confirmed.now()).isEqualTo(clock.instant());
    }

    @Test
    void aConfirmationExpires() throws TimeNotAvailable {
        ClockWatch watch = confirmed();
        clock.pass(TWO_OF_THREE.confirmationLasts());
        watch.now();

        clock.pass(Duration.ofMillis(1));

        assertDisbelieved(watch, "for 180 s");
    }

    @Test
    void aStepWaitsForTheServersWhoSayWhetherTheClockIsRightNow() throws TimeNotAvailable {
        ClockWatch watch = confirmed();
        clock.step(Duration.ofHours(1));
        assertDisbelieved(watch, "a quorum of NTP servers must confirm it");

        tell(watch, -3_600_000, -3_600_000, -3_600_000);
        assertDisbelieved(watch, "-3600000 ms");
        clock.step(Duration.ofHours(-1));
        assertDisbelieved(watch, "-3600000 ms");
        tell(watch, 0, 0, 0);

        assertThat(watch.now()).isEqualTo(clock.instant());
    }

    @Test
    void answersFromBeforeAStepConfirmNothingAfterIt() {
        ClockWatch watch = watch(TWO_OF_THREE);
        ClockReading before = watch.reading();
        clock.step(Duration.ofHours(1));

        watch.takeIn(told(0, 0, 0), before);

        assertDisbelieved(watch, "no quorum");
    }

    private ClockWatch watch(ClockPolicy policy) {
        return new ClockWatch(clock, clock, policy);
    }

    private ClockWatch confirmed() {
        ClockWatch watch = watch(TWO_OF_THREE);
        tell(watch, 0, 0, 0);
        return watch;
    }

    private static void tell(ClockWatch watch, long... offsets) {
        watch.takeIn(told(offsets), watch.reading());
    }

    private static List<NtpAnswer> told(long... offsets) {
        return LongStream.of(offsets)
                .<NtpAnswer>mapToObj(o -> new Told("ntp-" + o, Duration.ofMillis(o), Duration.ofMillis(5)))
                .toList();
    }

    private static void assertDisbelieved(ClockWatch watch, String reason) {
        assertThatThrownBy(watch::now).isInstanceOf(TimeNotAvailable.class);
        assertThat(watch.state().isBelieved()).isFalse();
        assertThat(watch.state().inWords()).contains(reason);
    }
}
