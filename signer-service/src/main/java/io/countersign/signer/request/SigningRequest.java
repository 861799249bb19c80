package io.countersign.signer.request;

import io.countersign.key.Digest;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** A signing request in one of its states. The methods of a state are the only ways out of it; final states have none. */
public sealed interface SigningRequest {
    Submission submission();

    default UUID id() {
        return submission().id();
    }

    /**
     * Waits for people to agree.
     *
     * @param expiresAt when nobody has to be waited for any longer
     */
    record WaitingForApproval(Submission submission, Instant expiresAt) implements SigningRequest {
        /** Enough of them agreed. */
        public Queued approved(Instant at) {
            return new Queued(submission, 0, at, Optional.empty());
        }

        public Denied denied(String reason, Instant at) {
            return new Denied(submission, reason, at);
        }

        public Canceled canceled(String by, Instant at) {
            return Canceled.by(submission, by, at);
        }
    }

    /**
     * Waits for a worker.
     *
     * @param attempts how many times signing was begun so far
     * @param notBefore when the next attempt may begin
     * @param lastFailure why the last attempt came to nothing, where there was one, or what is waited for
     */
    record Queued(Submission submission, int attempts, Instant notBefore, Optional<String> lastFailure)
            implements SigningRequest {
        /** A request nobody has tried yet. */
        public static Queued first(Submission submission) {
            return new Queued(submission, 0, submission.submittedAt(), Optional.empty());
        }

        public Canceled canceled(String by, Instant at) {
            return Canceled.by(submission, by, at);
        }
    }

    /**
     * Held by one worker until its lease ends. Only {@link RequestQueue#claim} makes one.
     *
     * @param attempt from 1; with the worker's name it fences off whoever held the request before
     * @param leaseUntil when somebody else may take it over
     */
    record Processing(Submission submission, int attempt, String worker, Instant leaseUntil) implements SigningRequest {
        public Completed completed(Digest signed, String provenance, Instant at) {
            return new Completed(submission, signed, provenance, at);
        }

        public Failed failed(String reason, Instant at) {
            return new Failed(submission, reason, at);
        }

        public Denied denied(String reason, Instant at) {
            return new Denied(submission, reason, at);
        }

        /** Nothing was begun, so this was no attempt. */
        public Queued postponed(String reason, Instant notBefore) {
            return new Queued(submission, attempt - 1, notBefore, Optional.of(reason));
        }

        public Queued retry(String reason, Instant notBefore) {
            return new Queued(submission, attempt, notBefore, Optional.of(reason));
        }
    }

    /**
     * Signed, judged and released.
     *
     * @param signed SHA-256 of the signed file
     * @param provenance one line of JSON, a DSSE envelope
     */
    record Completed(Submission submission, Digest signed, String provenance, Instant at) implements SigningRequest {}

    /** Could not be signed; the reason says what was wrong and what to do. */
    record Failed(Submission submission, String reason, Instant at) implements SigningRequest {}

    /** Somebody took it back before it was signed. */
    record Canceled(Submission submission, String reason, Instant at) implements SigningRequest {
        private static Canceled by(Submission submission, String name, Instant at) {
            return new Canceled(submission, "canceled by " + name, at);
        }
    }

    /** Policy, or an approver, says no; the reason says which rule and what to do. */
    record Denied(Submission submission, String reason, Instant at) implements SigningRequest {}
}
