package io.countersign.timestamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** With a clock that moves only when somebody sleeps. */
class FirstAvailableTest {
    private static final Digest IMPRINT = DigestAlgorithm.SHA256.digest(new byte[] {1});
    private static final Patience PATIENCE =
            new Patience(3, Duration.ofSeconds(2), Duration.ofMinutes(1), Duration.ofSeconds(60));

    private final List<String> asked = new ArrayList<>();
    private final List<Duration> slept = new ArrayList<>();
    private Instant now = TestTsa.NOW;

    /** An authority that fails in one way as often as is left, and then gives tokens. */
    private final class Unsteady implements TimestampSource {
        private final String name;
        private final TimestampUnavailable failure;
        private int left;

        Unsteady(String name, int left, TimestampUnavailable failure) {
            this.name = name;
            this.left = left;
            this.failure = failure;
        }

        @Override
        public Timestamped timestamp(Digest imprint) throws TimestampUnavailable {
            asked.add(name);
            if (left-- > 0) {
                throw failure;
            }
            return TestTsa.authority().timestamp(imprint);
        }
    }

    @Test
    void theSecondIsAskedAtOnceWhenTheFirstFails() throws TimestampUnavailable {
        Timestamped timestamped = of(passing("one", 9), sound("two")).timestamp(IMPRINT);

        assertThat(timestamped.token().imprint()).contains(IMPRINT);
        assertThat(timestamped.source()).isEqualTo("two");
        assertThat(timestamped.failures()).containsExactly(new FailedAttempt("one", "one is down"));
        assertThat(asked).containsExactly("one", "two");
        assertThat(slept).isEmpty();
    }

    @Test
    void aReasonIsRecordedOnceAnAuthorityHoweverOftenItWasAsked() throws TimestampUnavailable {
        assertThat(of(passing("one", 2)).timestamp(IMPRINT).failures())
                .containsExactly(new FailedAttempt("one", "one is down"));
    }

    @Test
    void whatAStrangerSaidIsRecordedPrintableAndShort() {
        FailedAttempt attempt = new FailedAttempt("one", "\u001b[2J" + "x".repeat(10_000));

        assertThat(attempt.reason()).startsWith("[2Jxx").endsWith("x…").hasSize(500);
    }

    @Test
    void oneThatFailedIsAskedLastUntilItHasRested() throws TimestampUnavailable {
        TimestampSource sources = of(passing("one", 1), sound("two"));
        sources.timestamp(IMPRINT);
        sources.timestamp(IMPRINT);
        now = now.plusSeconds(60);
        sources.timestamp(IMPRINT);

        assertThat(asked).containsExactly("one", "two", "two", "one");
    }

    @Test
    void aSuccessBringsOneBackThatFailed() throws TimestampUnavailable {
        TimestampSource sources = of(passing("one", 1), passing("two", 1));
        sources.timestamp(IMPRINT);
        sources.timestamp(IMPRINT);

        assertThat(asked).containsExactly("one", "two", "one", "one");
    }

    @Test
    void aClockThatIsSetBackDoesNotKeepAnAuthorityRestingForYears() throws TimestampUnavailable {
        TimestampSource sources = of(passing("one", 1), sound("two"));
        sources.timestamp(IMPRINT);
        now = now.minusSeconds(1_000_000);
        sources.timestamp(IMPRINT);

        assertThat(asked).containsExactly("one", "two", "one");
    }

    @Test
    void aFailureThatMayPassIsTriedAgainAfterGrowingPausesThatChanceShortens() throws TimestampUnavailable {
        of(passing("one", 2)).timestamp(IMPRINT);

        // Chance is a half here, which takes a quarter away.
        assertThat(slept).containsExactly(Duration.ofMillis(1500), Duration.ofMillis(3000));
    }

    @Test
    void itIsTriedNoMoreOftenThanSaid() {
        assertThatThrownBy(() -> of(passing("one", 9)).timestamp(IMPRINT))
                .isInstanceOf(TimestampUnavailable.class)
                .hasMessage("no token in 3 tries: one is down");
        assertThat(asked).hasSize(3);
    }

    @Test
    void aFailureThatWillNotPassIsNotTriedAgain() {
        assertThatThrownBy(() -> of(refusing("one")).timestamp(IMPRINT)).hasMessage("one refuses");
        assertThat(asked).containsExactly("one");
        assertThat(slept).isEmpty();
    }

    @Test
    void oneThatWantsToBeLeftAloneIs() throws TimestampUnavailable {
        of(leaveMeFor("one", Duration.ofSeconds(20))).timestamp(IMPRINT);

        assertThat(slept).containsExactly(Duration.ofSeconds(20));
    }

    @Test
    void itIsLeftAloneByOtherRequestsToo() throws TimestampUnavailable {
        TimestampSource sources = of(leaveMeFor("one", Duration.ofMinutes(5)), refusing("two"));

        assertThatThrownBy(() -> sources.timestamp(IMPRINT)).hasMessageContaining("may be asked again within 60 s");
        assertThatThrownBy(() -> sources.timestamp(IMPRINT)).hasMessageContaining("may be asked again within 60 s");
        assertThat(asked).containsExactly("one", "two", "two");
        now = now.plus(Duration.ofMinutes(5));
        sources.timestamp(IMPRINT);
        assertThat(asked).endsWith("one");
    }

    @Test
    void aRateLimitSpreadsRequestsAndPassesThemToOthersMeanwhile() throws TimestampUnavailable {
        KnownAuthority limited = new KnownAuthority("one", sound("one"), OptionalInt.of(4));
        TimestampSource both = of(List.of(limited, known(sound("two"))));
        both.timestamp(IMPRINT);
        both.timestamp(IMPRINT);
        assertThat(asked).containsExactly("one", "two");
        assertThat(slept).isEmpty();

        of(List.of(limited)).timestamp(IMPRINT);
        assertThat(slept).containsExactly(Duration.ofSeconds(15));
    }

    @Test
    void aRateLimitIsNotWaitedForWithoutEnd() throws TimestampUnavailable {
        KnownAuthority limited = new KnownAuthority("one", sound("one"), OptionalInt.of(1));
        Patience short30 = new Patience(3, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(30));
        TimestampSource source = new FirstAvailable(List.of(limited), short30, () -> now, this::sleep, () -> 0.5);
        source.timestamp(IMPRINT);

        assertThatThrownBy(() -> source.timestamp(IMPRINT)).hasMessageContainingAll("one", "within 30 s", "rate limit");
    }

    @Test
    void aClockThatStandsStillIsNotWaitedFor() {
        FirstAvailable source =
                new FirstAvailable(List.of(known(passing("one", 9))), PATIENCE, () -> now, time -> {}, () -> 0.5);

        assertThatThrownBy(() -> source.timestamp(IMPRINT)).hasMessageContaining("stands still");
    }

    @Test
    void whenAllFailTheMessageSaysWhyEachDid() {
        assertThatThrownBy(() -> of(refusing("one"), refusing("two")).timestamp(IMPRINT))
                .isInstanceOf(TimestampUnavailable.class)
                .hasMessageContainingAll("none of 2", "one refuses", "two refuses");
    }

    @Test
    void anInterruptedThreadAsksNobodyElse() {
        FirstAvailable source = new FirstAvailable(
                List.of(known(passing("one", 9))),
                PATIENCE,
                () -> now,
                time -> {
                    throw new InterruptedException();
                },
                () -> 0.5);

        assertThatThrownBy(() -> source.timestamp(IMPRINT)).hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(asked).containsExactly("one");
    }

    @Test
    void anEmptyListIsRefusedAtOnce() {
        assertThatThrownBy(() -> of()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLimitThatLetsNothingThroughIsRefusedAtOnce() {
        assertThatThrownBy(() -> new KnownAuthority("one", sound("one"), OptionalInt.of(0)))
                .hasMessageContaining("wanted at least 1");
    }

    private TimestampSource of(Unsteady... sources) {
        return of(Arrays.stream(sources).map(FirstAvailableTest::known).toList());
    }

    private TimestampSource of(List<KnownAuthority> authorities) {
        return new FirstAvailable(authorities, PATIENCE, () -> now, this::sleep, () -> 0.5);
    }

    private static KnownAuthority known(Unsteady source) {
        return new KnownAuthority(source.name, source, OptionalInt.empty());
    }

    private void sleep(Duration time) {
        slept.add(time);
        now = now.plus(time);
    }

    private Unsteady sound(String name) {
        return passing(name, 0);
    }

    private Unsteady passing(String name, int failures) {
        return new Unsteady(name, failures, TimestampUnavailable.forNow(name + " is down", null, Duration.ZERO));
    }

    private Unsteady refusing(String name) {
        return new Unsteady(name, Integer.MAX_VALUE, new TimestampUnavailable(name + " refuses"));
    }

    private Unsteady leaveMeFor(String name, Duration time) {
        return new Unsteady(name, 1, TimestampUnavailable.forNow(name + " is busy", null, time));
    }
}
