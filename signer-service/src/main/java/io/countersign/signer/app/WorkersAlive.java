package io.countersign.signer.app;

import io.countersign.signer.pipeline.SigningWorkers;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when what is accepted will also be signed: every worker runs and none is stuck. */
@Readiness
@Singleton
class WorkersAlive implements HealthCheck {
    private final SigningWorkers workers;

    WorkersAlive(SigningWorkers workers) {
        this.workers = workers;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("workers").status(workers.alive()).build();
    }
}
