package io.countersign.signer.request;

import io.countersign.key.Digest;
import io.countersign.policy.Origin;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What was asked for, fixed when the request was accepted.
 *
 * @param policyForm the signing policy in its canonical form as it stood when the request was accepted
 * @param submitter the name of the identity that asked
 * @param fileName already made safe to show and to save under
 * @param artifact SHA-256 of the submitted file
 * @param size its length in bytes
 * @param submittedAt to the millisecond
 * @param origin where the file was built, as somebody vouched for it
 * @param idempotencyKey what the submitter calls this order, so that it is taken once
 * @param resubmittedFrom the request whose file and origin this one took over
 */
public record Submission(
        UUID id,
        String project,
        String policy,
        String policyForm,
        String submitter,
        String fileName,
        Optional<String> description,
        Digest artifact,
        long size,
        Instant submittedAt,
        Optional<Origin> origin,
        Optional<String> idempotencyKey,
        Optional<UUID> resubmittedFrom) {
    /** What the request is bound to. */
    public PolicyState policyState() {
        return new PolicyState(project, policy, policyForm);
    }
}
