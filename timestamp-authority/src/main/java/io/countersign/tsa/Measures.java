package io.countersign.tsa;

import io.countersign.timestamp.TimestampAnswer;
import io.countersign.timestamp.TimestampAnswer.Issued;
import io.countersign.timestamp.TimestampAnswer.Rejected;
import io.countersign.tsa.archive.TokenArchive;
import io.countersign.tsa.clock.NtpAnswer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What Prometheus reads at {@code /q/metrics}. No label holds anything a client chose. */
final class Measures implements AutoCloseable {
    private static final Duration[] LATENCIES = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final MeterRegistry registry;
    private final List<Meter> gauges = new ArrayList<>();
    private final Counter signed;
    private final Counter failed;
    private final Map<String, Timer> answers = new ConcurrentHashMap<>();

    Measures(MeterRegistry registry, ServedAuthority served, TokenArchive archive, CertificateEnd certificate) {
        this.registry = registry;
        signed = keyUses("signed");
        failed = keyUses("failed");
        gauges.add(Gauge.builder(
                        "countersign.tsa.clock.believed",
                        served,
                        s -> s.clock().state().isBelieved() ? 1 : 0)
                .description("1 while the clock is believed and tokens are issued")
                .register(registry));
        gauges.add(Gauge.builder(
                        "countersign.tsa.clock.offset",
                        served,
                        s -> s.clock()
                                .state()
                                .offset()
                                .map(o -> o.toMillis() / 1000.0)
                                .orElse(Double.NaN))
                .baseUnit("seconds")
                .description("the NTP servers' median distance from the clock")
                .register(registry));
        gauges.add(
                Gauge.builder("countersign.tsa.certificate.days.remaining", certificate, CertificateEnd::daysRemaining)
                        .description("until the key must not sign any more")
                        .register(registry));
        gauges.add(Gauge.builder("countersign.tsa.archive.waiting", archive, TokenArchive::waiting)
                .description("tokens and questions that wait for the disk")
                .register(registry));
    }

    private Counter keyUses(String outcome) {
        return Counter.builder("countersign.tsa.key.uses")
                .description("uses of the key for tokens; failed: it did not sign, or not what can be verified")
                .tag("outcome", outcome)
                .register(registry);
    }

    /**
     * What the authority made of a query, before anybody kept it: what comes of the key's use. Refusals before that are none.
     */
    void decided(TimestampAnswer answer) {
        if (answer instanceof Issued) {
            signed.increment();
        } else if (answer instanceof Rejected rejected && rejected.cause().isPresent()) {
            failed.increment();
        }
    }

    /** An answer: {@code outcome} is issued or the failInfo. */
    void answered(TimestampAnswer answer, long nanos) {
        String outcome =
                answer instanceof Rejected rejected ? rejected.refusal().toString() : "issued";
        answers.computeIfAbsent(outcome, this::timer).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(String outcome) {
        return Timer.builder("countersign.tsa.answers")
                .description("answers to queries, and how long they took")
                .tag("outcome", outcome)
                .serviceLevelObjectives(LATENCIES)
                .register(registry);
    }

    /** What an NTP server said. */
    void polled(NtpAnswer answer) {
        String result = answer instanceof NtpAnswer.Failed failed
                ? failed.failure().name().toLowerCase(Locale.ROOT)
                : "told";
        registry.counter("countersign.tsa.ntp.polls", "server", answer.server(), "result", result)
                .increment();
    }

    /** The registry may outlive this, and would go on to show what is closed and hide the gauges of who comes next. */
    @Override
    public void close() {
        gauges.forEach(registry::remove);
    }
}
