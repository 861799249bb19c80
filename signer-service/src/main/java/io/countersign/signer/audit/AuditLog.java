package io.countersign.signer.audit;

import io.countersign.key.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The append-only record of what was done with keys. Safe for several threads.
 *
 * <p>An event is durable, in a transaction of its own, when {@link #append} returns; who cannot append must not go on to what
 * the event announces. What merely tells of a change in the store of requests is appended by that store, in one transaction with
 * the change. Trusted for now: who can write to the store can rewrite it.
 */
public interface AuditLog {
    /**
     * Appends one event.
     *
     * @throws AuditUnavailable if it is not known to be durable, or the attempt already has such an event
     */
    void append(AuditEvent event);

    /**
     * Appends the announcement of a key's use, if less than so many were appended under its policy since a time, those of the same
     * request left out. However many are appended at once, there are never more than that: an adapter counts and appends in one
     * step, between whose halves no other append can come. In SQLite a single statement is such a step, since one writer at a
     * time holds the database; where statements read snapshots, as in PostgreSQL, it has to lock the policy before it counts.
     *
     * @return false if there were as many; then nothing is appended, and the key must not be used
     * @throws AuditUnavailable as {@link #append} does
     */
    boolean appendWithin(AuditEvent.KeyUse use, int most, Instant since);

    /**
     * Intents, of files and of digests, that nobody wrote an outcome for, oldest first: work in hand, or cut off.
     *
     * @throws AuditUnavailable if the log cannot be read
     */
    List<AuditEvent.KeyUse> intentsWithoutOutcome();

    /**
     * All that is known of one request, oldest first.
     *
     * @throws AuditUnavailable if the log cannot be read
     */
    List<AuditEvent> of(UUID request);

    /**
     * Whether an attempt left this as a signature that waits for its timestamp, whatever became of it.
     *
     * @throws AuditUnavailable if the log cannot be read
     */
    boolean isUnstamped(Digest signature);

    /** An event in its place. */
    record Entry(long sequence, AuditEvent event) {}

    /**
     * The log from after a place on, oldest first.
     *
     * @throws AuditUnavailable if the log cannot be read
     */
    List<Entry> after(long sequence, int most);

    /**
     * How many intents were written under a policy since a time, those for bare digests included.
     *
     * @param but a request whose intents are left out
     * @throws AuditUnavailable if the log cannot be read
     */
    int intentsUnder(String project, String policy, Instant since, Optional<UUID> but);
}
