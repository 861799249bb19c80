package io.countersign.signer.request;

import io.countersign.key.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Which requests still have which artifacts. Safe for several threads.
 *
 * <p>Every method throws {@link StoreUnavailable} if the store cannot answer.
 */
public interface ArtifactUse {
    /**
     * A request that has ended.
     *
     * @param artifacts SHA-256 of what was submitted and, where there is one, of what was signed
     */
    record Ended(UUID request, List<Digest> artifacts) {
        public Ended {
            artifacts = List.copyOf(artifacts);
        }
    }

    /** Those under a policy that ended before a time and still have their artifacts, the oldest first. */
    List<Ended> endedBefore(String project, String policy, Instant time, int most);

    /** The request has no artifacts from now on. */
    void letGo(UUID request, Instant at);

    /**
     * Whether any request has this artifact.
     *
     * @param but one that is not asked about
     */
    boolean isUsed(Digest artifact, Optional<UUID> but);
}
