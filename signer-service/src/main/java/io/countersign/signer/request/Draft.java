package io.countersign.signer.request;

import io.countersign.policy.Origin;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * An order whose file is still to come. When it comes, a {@link SigningRequest} with the same id takes the draft's place.
 *
 * @param origin where the file is built, as somebody vouched for it
 * @param idempotencyKey what the submitter calls this order, so that it is taken once
 * @param expiresAt when the file need not be waited for any longer
 * @param reason why no file is taken any more; empty while one is
 */
public record Draft(
        UUID id,
        String project,
        String policy,
        String submitter,
        Optional<String> description,
        Optional<Origin> origin,
        Optional<String> idempotencyKey,
        Instant submittedAt,
        Instant expiresAt,
        State state,
        Optional<String> reason) {

    /** Only {@link #OPEN} has ways out. */
    public enum State {
        OPEN,
        CANCELED,
        EXPIRED
    }
}
