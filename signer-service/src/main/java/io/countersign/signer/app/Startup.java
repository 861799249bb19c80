package io.countersign.signer.app;

import io.countersign.signer.pipeline.ApprovalDesk;
import io.countersign.signer.pipeline.Attempts;
import io.countersign.signer.pipeline.PolicyResources;
import io.countersign.signer.pipeline.SigningWorkers;
import io.countersign.signer.pipeline.UnfitKey;
import io.countersign.signer.request.AnnouncedRequests;
import io.quarkus.flyway.FlywayDataSource;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.flywaydb.core.Flyway;
import org.jboss.logging.Logger;

/** What happens before the first connection is taken, and after the last. */
@ApplicationScoped
class Startup {
    private static final Logger LOG = Logger.getLogger(Startup.class);

    private final Config config;
    private final SigningSettings settings;
    private final Folders folders;
    private final Flyway flyway;
    private final AnnouncedRequests requests;
    private final Attempts attempts;
    private final ApprovalDesk approvals;
    private final PolicyResources resources;
    private final SigningWorkers workers;
    private final WebhookClock webhooks;
    private Optional<OwnerLock> lock = Optional.empty();

    Startup(
            Config config,
            SigningSettings settings,
            Folders folders,
            @FlywayDataSource("embedded") Flyway flyway,
            AnnouncedRequests requests,
            Attempts attempts,
            ApprovalDesk approvals,
            PolicyResources resources,
            SigningWorkers workers,
            WebhookClock webhooks) {
        this.webhooks = webhooks;
        this.config = config;
        this.settings = settings;
        this.folders = folders;
        this.flyway = flyway;
        this.requests = requests;
        this.attempts = attempts;
        this.approvals = approvals;
        this.resources = resources;
        this.workers = workers;
    }

    void start(@Observes StartupEvent event) throws IOException {
        ListenAddress.of(config).require();
        folders.create();
        lock = Optional.of(OwnerLock.take(folders.ownerLock()));
        folders.clean();
        requireFitKeys();
        flyway.migrate();
        attempts.resolveInterrupted();
        requests.releaseAll(Instant.now())
                .forEach(r -> LOG.warnf("%s: was being worked on when the service stopped; resuming", r.id()));
        approvals.resume();
        webhooks.start();
        workers.start();
    }

    private void requireFitKeys() {
        try {
            resources.examineKeys();
        } catch (UnfitKey e) {
            throw CannotStart.because(e.getMessage());
        }
    }

    void stop(@Observes ShutdownEvent event) throws IOException {
        workers.stop(settings.stopPatience());
        if (lock.isPresent()) {
            lock.get().close();
        }
    }
}
