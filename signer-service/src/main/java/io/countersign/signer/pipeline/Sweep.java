package io.countersign.signer.pipeline;

import io.countersign.key.Digest;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.request.ArtifactUse;
import io.countersign.signer.request.Drafts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Deletes what nobody has a use for: files that were kept for a request which then did not come to be, or for an attempt that had
 * lost its lease, and announcements that ended long ago. Walks through the store some files a run, and rests for an hour after
 * the last. One run at a time.
 */
public final class Sweep implements Runnable {
    private static final Logger LOG = Logger.getLogger(Sweep.class);
    private static final int AT_ONCE = 200;
    private static final Duration REST = Duration.ofHours(1);
    private static final Duration REMEMBERED = Duration.ofDays(30);

    private final ArtifactStore artifacts;
    private final ArtifactUse use;
    private final AuditLog audit;
    private final Drafts drafts;
    private final InstantSource clock;
    private Optional<Digest> last = Optional.empty();
    private Instant next = Instant.MIN;

    public Sweep(ArtifactStore artifacts, ArtifactUse use, AuditLog audit, Drafts drafts, InstantSource clock) {
        this.artifacts = artifacts;
        this.use = use;
        this.audit = audit;
        this.drafts = drafts;
        this.clock = clock;
    }

    @Override
    public void run() {
        Instant now = clock.instant();
        if (now.isBefore(next)) {
            return;
        }
        List<Digest> some = some();
        some.forEach(artifact -> sweep(artifact, now));
        if (some.size() == AT_ONCE) {
            last = Optional.of(some.get(AT_ONCE - 1));
        } else {
            drafts.forget(now.minus(REMEMBERED), AT_ONCE);
            last = Optional.empty();
            next = now.plus(REST);
        }
    }

    private List<Digest> some() {
        try {
            return artifacts.after(last, AT_ONCE);
        } catch (IOException e) {
            LOG.errorf("the home's artifacts cannot be read, and are swept later: %s", e);
            return List.of();
        }
    }

    private void sweep(Digest artifact, Instant now) {
        try {
            // What was kept just now may be for a request or an outcome that is not written yet, and stays.
            if (!use.isUsed(artifact, Optional.empty())
                    && !audit.isUnstamped(artifact)
                    && artifacts.delete(artifact, now.minus(Retention.JUST_KEPT))) {
                LOG.infof("%s belonged to no request and is deleted", artifact);
            }
        } catch (IOException e) {
            LOG.errorf("%s belongs to no request and could not be deleted: %s", artifact, e);
        }
    }
}
