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
import java.util.Optional;
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
    static final Duration JUST_KEPT = Duration.ofHours(1);

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
        int done = 0;
        for (Ended request : use.endedBefore(project, policy, now.minus(kept), AT_ONCE)) {
            // First deleted, then noted: what could not be deleted, or only half, is due again in the next run.
            boolean gone = true;
            for (Digest artifact : request.artifacts()) {
                gone &= use.isUsed(artifact, Optional.of(request.request())) || delete(artifact, now);
            }
            if (gone) {
                use.letGo(request.request(), now);
                done++;
            }
        }
        if (done > 0) {
            LOG.infof("the artifacts of %d requests under %s/%s are deleted after %s", done, project, policy, kept);
        }
    }

    /** Whether it is gone; what was kept just now stays for a while. */
    private boolean delete(Digest artifact, Instant now) {
        try {
            return artifacts.delete(artifact, now.minus(JUST_KEPT));
        } catch (IOException e) {
            LOG.errorf("%s could not be deleted and is tried again; it is in the home's artifacts: %s", artifact, e);
            return false;
        }
    }
}
