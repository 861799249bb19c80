package io.countersign.tsa.clock;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.tsa.clock.NtpAnswer.Failed;
import io.countersign.tsa.clock.NtpAnswer.Failure;
import io.countersign.tsa.clock.NtpAnswer.Told;
import io.countersign.tsa.clock.NtpResponder.Mood;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over real UDP on loopback, with the machine's clock. */
class NtpPollingTest {
    private final SteppedClock clock = SteppedClock.running();
    private final ClockWatch watch =
            new ClockWatch(clock, clock, new ClockPolicy(3, 2, Duration.ofMillis(500), Duration.ofMinutes(1)));
    private final List<NtpAnswer> answers = new CopyOnWriteArrayList<>();
    private List<NtpResponder> servers;
    private NtpPolling polling;

    @BeforeEach
    void start() throws IOException {
        servers = List.of(new NtpResponder(), new NtpResponder(), new NtpResponder());
        polling = new NtpPolling(
                servers.stream().map(NtpResponder::address).toList(),
                Duration.ofMillis(250),
                clock,
                clock,
                watch,
                answers::add);
    }

    @AfterEach
    void stop() {
        polling.close();
        servers.forEach(NtpResponder::close);
    }

    @Test
    void threeHonestServersMakeTheClockBelieved() {
        polling.poll();

        assertThat(answers).hasSize(3).allSatisfy(a -> assertThat(a).isInstanceOf(Told.class));
        assertThat(watch.state().isBelieved()).isTrue();
        assertThat(watch.state().offset().orElseThrow().abs()).isLessThan(Duration.ofMillis(250));
    }

    @Test
    void theMajorityDecides() {
        servers.get(0).ahead(Duration.ofDays(-1));
        polling.poll();
        assertThat(watch.state().isBelieved()).isTrue();

        servers.get(1).ahead(Duration.ofSeconds(30));
        polling.poll();
        assertThat(watch.state().inWords()).contains("disagree with the clock");
    }

    @ParameterizedTest
    @CsvSource({
        "SILENT, SILENT",
        "UNSYNCHRONIZED, UNSYNCHRONIZED",
        "UNCERTAIN, UNSYNCHRONIZED",
        "DENYING, KISS_OF_DEATH",
        "RATE_LIMITING, KISS_OF_DEATH",
        "GARBAGE, SILENT",
        "BLIND, SILENT"
    })
    void whatIsNoAnswerConfirmsNothing(Mood mood, Failure failure) {
        servers.subList(0, 2).forEach(s -> s.in(mood));
        polling.poll();

        assertThat(failures()).containsExactly(failure, failure);
        assertThat(watch.state().isBelieved()).isFalse();
    }

    @Test
    void aServerThatDeniesServiceIsNotAskedAgainAndOneThatIsTiredIsSpared() {
        servers.get(0).in(Mood.DENYING);
        servers.get(1).in(Mood.RATE_LIMITING);
        for (int i = 0; i < 5; i++) {
            polling.poll();
        }

        assertThat(servers).extracting(NtpResponder::timesAsked).containsExactly(1, 2, 5);
    }

    @Test
    void aClockThatIsSteppedWhileItRunsIsFoundWrong() {
        polling.poll();
        clock.step(Duration.ofMinutes(-10));
        polling.poll();

        assertThat(watch.state().inWords()).contains("disagree");
        clock.step(Duration.ofMinutes(10));
        polling.poll();
        assertThat(watch.state().isBelieved()).isTrue();
    }

    private Stream<Failure> failures() {
        return answers.stream().filter(Failed.class::isInstance).map(a -> ((Failed) a).failure());
    }
}
