package io.countersign.signer.pipeline;

import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import io.countersign.key.Digest;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.request.ArtifactUse;
import io.countersign.signer.request.ArtifactUse.Ended;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Deletes the artifacts of requests that ended longer ago than their policy keeps them. The requests, their provenance and the audit
 * log stay. An artifact that another request has stays too. One run at a time.
 */
public final class Retention implements Runnable {
    private static final Logger LOG = Logger.getLogger(Retention.class);
    private static final int AT_ONCE = 500;

    /** What was kept this lately may be for a request that is not written yet. */
    private static final Duration JUST_KEPT = Duration.ofHours(1);

    private final Supplier<Configuration> configuration;
    private final ArtifactUse use;
    private final ArtifactStore artifacts;
    private final InstantSource clock;

    public Retention(
            Supplier<Configuration> configuration, ArtifactUse use, ArtifactStore artifacts, InstantSource clock) {
        this.configuration = configuration;
        this.use = use;
        this.artifacts = artifacts;
        this.clock = clock;
    }

    /** Deletes what is due of each policy, some hundreds at most; the rest is for the next run. */
    @Override
    public void run() {
        for (Project project : configuration.get().projects()) {
            for (Policy policy : project.policies()) {
                policy.retention().ifPresent(kept -> letGo(project.slug(), policy.slug(), kept));
            }
        }
    }

    private void letGo(String project, String policy, Duration kept) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        List<Ended> due = use.endedBefore(project, policy, now.minus(kept), AT_ONCE);
        for (Ended request : due) {
            // First noted, then deleted: after a crash between the two a file is left over, and none is missing.
            use.letGo(request.request(), now);
            request.artifacts().forEach(a -> delete(a, now));
        }
        if (!due.isEmpty()) {
            LOG.infof(
                    "the artifacts of %d requests under %s/%s are deleted after %s", due.size(), project, policy, kept);
        }
    }

    private void delete(Digest artifact, Instant now) {
        try {
            if (!use.isUsed(artifact) && !artifacts.delete(artifact, now.minus(JUST_KEPT))) {
                LOG.infof("%s was submitted again just now and stays", artifact);
            }
        } catch (IOException e) {
            LOG.errorf(e, "%s could not be deleted; it is in the home's artifacts", artifact);
        }
    }
}
