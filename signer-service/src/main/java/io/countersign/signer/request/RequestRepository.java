package io.countersign.signer.request;

import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Where requests are kept. Safe for several threads. Trusted: who can write here can make the API hand out any stored file as
 * the result of a request; a client checks the digest in the provenance record.
 *
 * <p>Every method throws {@link StoreUnavailable} if the store cannot answer; nothing was changed then, or it cannot be known.
 */
public interface RequestRepository {
    /**
     * Keeps a new request. When this returns true, neither a crash nor a power cut loses it, and a worker may already have it.
     *
     * @param request queued or waiting for approval
     * @return false if the submitter has a request with this idempotency key under this policy that did not come to nothing
     */
    boolean add(SigningRequest request);

    /** The request as it stands now. */
    Optional<SigningRequest> find(UUID id);

    /** The request that the submitter gave this name under this policy, unless it failed, was denied or canceled. */
    Optional<SigningRequest> findByKey(String submitter, String project, String policy, String idempotencyKey);

    /**
     * Puts the next state in the place of one that no worker holds; false if it is no longer in that state, and then nothing
     * changed.
     *
     * @param present queued or waiting for approval
     * @param next a state that {@code present} gave
     */
    boolean replace(SigningRequest present, SigningRequest next);

    /**
     * Ends a request that no worker holds, and puts on record why: both or nothing. Somebody's no that came too late is so never
     * told of a request that was signed, and none that had its effect is missing. No key is used for a no, so that it need not be
     * on record before.
     *
     * @param present queued or waiting for approval
     * @param next a final state that {@code present} gave
     * @param why for the audit log, which is in the same database
     * @return false if it is no longer in that state, and then nothing changed and nothing is on record
     */
    boolean end(SigningRequest present, SigningRequest next, AuditEvent why);

    /** A policy by its slug and its project's. */
    record PolicyName(String project, String policy) {}

    /**
     * Those under some policies that wait for approval and were submitted by others than this identity: those it has not approved yet
     * before the others, each the oldest first.
     */
    List<WaitingForApproval> waitingForApproval(List<PolicyName> policies, String approver, int most);

    /** Every state of a policy that a request waits for approval under. */
    List<PolicyState> statesWaitedUnder();

    /** Those that wait for approval under it, the oldest first. */
    List<WaitingForApproval> waitingUnder(PolicyState state, int most);

    /** Those that somebody has approved, and that still wait. */
    List<WaitingForApproval> waitingThoughApproved();

    /** Those that need not be waited for any longer. */
    List<WaitingForApproval> expired(Instant now, int most);
}
