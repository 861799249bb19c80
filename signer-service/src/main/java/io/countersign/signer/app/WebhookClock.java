package io.countersign.signer.app;

import io.countersign.signer.request.RequestChanges;
import io.countersign.signer.webhook.Webhooks;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Has webhooks sent, in threads of their own: who is slow to hear holds up nobody else. */
@Singleton
class WebhookClock {
    private static final Logger LOG = Logger.getLogger(WebhookClock.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Webhooks webhooks;
    private final RequestChanges changes;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "webhooks");
        thread.setDaemon(true);
        return thread;
    });

    WebhookClock(Webhooks webhooks, RequestChanges changes) {
        this.webhooks = webhooks;
        this.changes = changes;
    }

    /** Once the store is there. */
    @SuppressWarnings("FutureReturnValueIgnored") // runs until the executor ends
    void start() {
        changes.listen(webhooks::changed);
        webhooks.catchUp();
        clock.scheduleWithFixedDelay(() -> run(webhooks::deliver), 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        clock.scheduleWithFixedDelay(() -> run(webhooks::sweep), 1, 24 * 60, TimeUnit.MINUTES);
    }

    void stop(@Observes ShutdownEvent event) {
        clock.shutdownNow();
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            // A schedule ends with its first exception, and nobody would notice.
            LOG.error("webhooks could not be seen to", e);
        }
    }
}
