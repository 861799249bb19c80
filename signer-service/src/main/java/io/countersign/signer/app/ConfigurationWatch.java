package io.countersign.signer.app;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Has the configuration looked at every two seconds: file watches miss what editors and mounted volumes do. Its health is up
 * whatever it finds, since the service goes on; who asks is not authenticated, so the reasons stand in the log.
 */
@Readiness
@Singleton
class ConfigurationWatch implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(ConfigurationWatch.class);

    private final CurrentConfiguration configuration;
    private final Duration period;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "configuration-watch");
        thread.setDaemon(true);
        return thread;
    });

    private ScheduledFuture<?> looking;

    ConfigurationWatch(
            CurrentConfiguration configuration,
            @ConfigProperty(name = "countersign.configuration-watch", defaultValue = "2s") Duration period) {
        this.period = period;
        this.configuration = configuration;
    }

    void start(@Observes StartupEvent event) {
        looking = clock.scheduleWithFixedDelay(this::look, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        if (looking != null) {
            looking.cancel(false);
        }
        clock.shutdownNow();
    }

    private void look() {
        try {
            configuration.refresh();
        } catch (RuntimeException e) {
            // A schedule ends with its first exception, and nobody would notice.
            LOG.error("countersign.yaml could not be looked at", e);
        }
    }

    @Override
    public HealthCheckResponse call() {
        CurrentConfiguration.State state = configuration.state();
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("configuration")
                .up()
                .withData("since", state.since().toString())
                .withData("problems", state.refused().size());
        if (!state.refused().isEmpty()) {
            answer.withData("notice", "countersign.yaml was changed and cannot be used; the former stays in force");
        }
        return answer.build();
    }
}
