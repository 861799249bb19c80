package io.countersign.signer.audit;

import io.countersign.key.Digest;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** One entry of the audit log. An intent and its outcome share the request and the attempt. */
public sealed interface AuditEvent {
    UUID request();

    /** To the millisecond. */
    Instant at();

    /** A key is about to be used, which counts against the budget of a policy. */
    sealed interface KeyUse extends AuditEvent permits Intent, HashIntent {
        /** The project's slug. */
        String project();

        /** The policy's slug. */
        String policy();
    }

    /**
     * A key is about to be used for a request.
     *
     * @param actor the identity that submitted the request
     * @param project the project's slug; empty where an older version wrote the event
     * @param policy the policy's slug; likewise
     * @param key the name of the key
     * @param artifact SHA-256 of the file to be signed
     * @param policyForm SHA-256 of the policy's canonical form
     */
    record Intent(
            UUID request,
            int attempt,
            Instant at,
            String actor,
            String project,
            String policy,
            String key,
            Digest artifact,
            Digest policyForm)
            implements KeyUse {}

    /**
     * What came of an attempt. One that was not to use the key has an outcome without an intent: it failed before, or it went on
     * with the signature that an earlier one had left {@link Result#UNSTAMPED}.
     *
     * @param output SHA-256 of the signed file, or of the signature alone that waits for its timestamp, where there is one
     * @param reason why there is no signed file
     */
    record Outcome(
            UUID request, int attempt, Instant at, Result result, Optional<Digest> output, Optional<String> reason)
            implements AuditEvent {
        public Outcome {
            reason = reason.map(Printable::of);
        }
    }

    /** No: to what was submitted, before it became a request, or by policy when a worker took the request up. */
    record Refusal(UUID request, Instant at, String actor, String reason) implements AuditEvent {
        public Refusal {
            reason = Printable.of(reason);
        }
    }

    /**
     * Somebody agreed that a request be signed.
     *
     * @param actor the approver
     * @param session the credential it was known by
     * @param artifact SHA-256 of the submitted file
     * @param policy SHA-256 of the policy's canonical form
     */
    record Approval(UUID request, Instant at, String actor, String session, Digest artifact, Digest policy)
            implements AuditEvent {}

    /** An approver said no, or nobody said anything in time: then the actor is this service. */
    record Denial(UUID request, Instant at, String actor, String session, String reason) implements AuditEvent {
        public Denial {
            reason = Printable.of(reason);
        }
    }

    /** Somebody took a request back. */
    record Cancellation(UUID request, Instant at, String actor, String session) implements AuditEvent {}

    /**
     * A key is about to be used for a digest of what nobody here has seen.
     *
     * @param request an id of this use; there is no signing request
     * @param policy the policy's slug
     * @param policyForm SHA-256 of its canonical form
     */
    record HashIntent(
            UUID request,
            Instant at,
            String actor,
            String session,
            String project,
            String policy,
            String key,
            Digest digest,
            Digest policyForm)
            implements KeyUse {}

    /**
     * What came of it.
     *
     * @param failure why there is no signature; empty if there is one
     */
    record HashOutcome(UUID request, Instant at, Optional<String> failure) implements AuditEvent {
        public HashOutcome {
            failure = failure.map(Printable::of);
        }
    }

    /**
     * Somebody changed who may do what, other than by the configuration.
     *
     * @param request the id of what was made or taken back
     */
    record Administration(UUID request, Instant at, String actor, String session, String what) implements AuditEvent {
        public Administration {
            what = Printable.of(what);
        }
    }

    /**
     * Somebody signed in with a browser; what is done in the session names it.
     *
     * @param request the session's id
     * @param knownBy "configuration" for a token of countersign.yaml, else {@code oidc:ISSUER:SUBJECT}
     */
    record SignIn(UUID request, Instant at, String actor, String session, String knownBy) implements AuditEvent {
        public SignIn {
            knownBy = Printable.of(knownBy);
        }
    }

    /** Somebody ended a session, or countersign.yaml did, which knows its identity otherwise or no more; one that expires has no such event. */
    record SignOut(UUID request, Instant at, String actor, String session) implements AuditEvent {}

    /** How an attempt ended. */
    enum Result {
        /** A signed file was made and judged good. */
        SIGNED,
        /** The key was used and no timestamp was to be had: the signature is kept, and nothing is released. */
        UNSTAMPED,
        /** No signed file is released; the key may have been used if there was an intent. */
        FAILED,
        /** The process ended between intent and outcome: the key may have been used, and nothing was released. */
        INTERRUPTED
    }
}
