package io.countersign.signer.request;

import io.countersign.key.Digest;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Somebody's yes to one file under one state of a policy.
 *
 * @param approver the name of the identity
 * @param session the credential it was known by
 * @param artifact SHA-256 of the submitted file
 * @param policy SHA-256 of the policy's canonical form
 * @param statement the same, signed by the service that took it: {@link SignedApprovals}
 */
public record Approval(
        UUID request,
        String approver,
        String session,
        Instant at,
        Digest artifact,
        Digest policy,
        Optional<String> statement) {
    /** One that nobody has signed yet. */
    public Approval(UUID request, String approver, String session, Instant at, Digest artifact, Digest policy) {
        this(request, approver, session, at, artifact, policy, Optional.empty());
    }

    Approval withStatement(String signed) {
        return new Approval(request, approver, session, at, artifact, policy, Optional.of(signed));
    }
}
