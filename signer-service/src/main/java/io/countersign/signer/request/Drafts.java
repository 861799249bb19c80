package io.countersign.signer.request;

import io.countersign.signer.audit.AuditEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Where orders wait for their file. Safe for several threads and processes: of several ways out of a draft one is taken.
 *
 * <p>Every method throws {@link StoreUnavailable} if the store cannot answer; nothing was changed then, or it cannot be known.
 */
public interface Drafts {
    /** Keeps an open draft; false if the submitter has one with this idempotency key under this policy. */
    boolean open(Draft draft);

    /** The draft; empty too once its file came. */
    Optional<Draft> find(UUID id);

    /** The draft that the submitter gave this name under this policy. */
    Optional<Draft> findByKey(String submitter, String project, String policy, String idempotencyKey);

    /** How many files are waited for from this submitter. */
    int openOf(String submitter);

    /**
     * Puts a request in the place of an open draft, both or nothing.
     *
     * @param request queued or waiting for approval, with the draft's id
     * @return false if the draft is not open any more, or the submitter has a request with its idempotency key
     */
    boolean fulfil(Draft draft, SigningRequest request);

    /**
     * Takes no file for it any more and puts that on record, both or nothing; false if it was not open.
     *
     * @param why for the audit log, which is in the same database
     */
    boolean cancel(Draft draft, AuditEvent.Cancellation why);

    /** Drops some of those that ended before a time, and says how many. */
    int forget(Instant endedBefore, int most);

    /** Ends those whose file did not come in time, and says which. */
    List<UUID> expire(Instant now);
}
