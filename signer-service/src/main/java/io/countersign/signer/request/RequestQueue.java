package io.countersign.signer.request;

import io.countersign.signer.request.SigningRequest.Processing;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Hands each waiting request to one worker at a time. Safe for several threads and several processes.
 *
 * <p>There is no exactly-once around a key: a process may die between the signature and the commit. So a claim is a lease. A
 * request whose lease has run out is handed out again with a higher attempt number, and the former holder is fenced off: its
 * {@link #renew} and {@link #settle} change nothing and say so. Work under a lease must therefore be harmless to repeat.
 *
 * <p>Each change is durable when the method returns. {@link StoreUnavailable} means that it may or may not have happened.
 */
public interface RequestQueue {
    /**
     * Takes the oldest request that waits (its {@code notBefore} reached) or whose lease ended, if there is one.
     *
     * @param worker unique to the process and thread
     */
    Optional<Processing> claim(String worker, Instant now, Instant leaseUntil);

    /** Extends the lease; false if it was lost to somebody else. */
    boolean renew(Processing held, Instant leaseUntil);

    /**
     * Puts what became of a claimed request in its place, also how many attempts it has had; false if the lease was lost, and then nothing changed.
     *
     * @param next a state that {@code held} gave, for the same submission
     */
    boolean settle(Processing held, SigningRequest next);

    /**
     * Ends every lease, so that work left by a dead process resumes at once. Only for a store with one owner process, before
     * its workers start.
     *
     * @return what was being worked on
     */
    List<Processing> releaseAll(Instant now);
}
