package io.countersign.signer.request;

import io.countersign.key.Digest;
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
        Instant submittedAt) {}
