package io.countersign.signer.pipeline;

import io.countersign.key.KeyUnavailable;
import io.countersign.sign.UnacceptableFile;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.HashOutcome;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.KeyUse;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Refusal;
import io.countersign.signer.audit.AuditEvent.Result;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.audit.AuditUnavailable;
import io.countersign.signer.audit.Printable;
import io.countersign.signer.policy.Approved;
import io.countersign.signer.policy.ApprovedToFinish;
import io.countersign.signer.policy.ApprovedToSign;
import io.countersign.signer.policy.Decision;
import io.countersign.signer.policy.NotApproved;
import io.countersign.signer.policy.Postponed;
import io.countersign.signer.policy.Refused;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.RequestQueue;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.StoreUnavailable;
import io.countersign.timestamp.TimestampUnavailable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Makes one attempt at a claimed request and puts what came of it into the audit log and the queue: released, refused, failed,
 * put off to the next window, or to be tried again. A signature that waits for its timestamp is tried for longer, since the key is not used for that.
 * Safe for several threads.
 */
public final class Attempts {
    /** An attempt is a use of a key, so they are few. */
    static final int MAXIMUM = 3;

    private static final Logger LOG = Logger.getLogger(Attempts.class);
    private static final int BACK_OFF_FACTOR = 6;
    private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(15);

    private final SigningRules rules;
    private final SigningPipeline pipeline;
    private final AuditLog audit;
    private final RequestQueue queue;
    private final Duration firstRetry;
    private final Duration timestampPatience;
    private final InstantSource clock;

    /**
     * @param firstRetry how long the second attempt waits; each further one waits six times as long, up to a quarter of an hour
     * @param timestampPatience how long after it was made a signature may wait for its timestamp
     */
    public Attempts(
            SigningRules rules,
            SigningPipeline pipeline,
            AuditLog audit,
            RequestQueue queue,
            Duration firstRetry,
            Duration timestampPatience,
            InstantSource clock) {
        this.rules = rules;
        this.pipeline = pipeline;
        this.audit = audit;
        this.queue = queue;
        this.firstRetry = firstRetry;
        this.timestampPatience = timestampPatience;
        this.clock = clock;
    }

    /**
     * Writes an outcome for every intent that has none, also of digests: the process that wrote it ended before it could. Only
     * while nothing is signed.
     */
    public void resolveInterrupted() {
        audit.intentsWithoutOutcome().forEach(this::interrupted);
    }

    /**
     * Makes the attempt. Throws nothing for what the request, the key or the authority did.
     *
     * @throws StoreUnavailable if the queue cannot be written: the lease will run out and the request is tried again
     * @throws AuditUnavailable if the audit log cannot be written: likewise
     */
    void make(Processing request) {
        List<AuditEvent> events = audit.of(request.id());
        resolveInterrupted(events, request.attempt());
        History history = History.of(events);
        // Waiting for a timestamp is bounded by time, so that only attempts without an end count.
        int before = request.attempt() - 1 - (history.unstamped().isPresent() ? history.outcomes() : 0);
        if (before >= MAXIMUM) {
            fail(
                    request,
                    "signing was begun " + MAXIMUM + " times and cut off each time; see the service's log for why it"
                            + " stopped, then submit the file again");
            return;
        }
        Decision decision;
        try {
            decision = history.unstamped().isPresent()
                    ? rules.decideToFinish(request, now())
                    : rules.decide(request, now());
        } catch (StoreUnavailable e) {
            LOG.errorf(e, "%s attempt %d: undecided", request.id(), request.attempt());
            retry(
                    request,
                    history,
                    "what was approved could not be read or verified; see the service's log for request "
                            + request.id());
            return;
        }
        if (decision instanceof Refused refused) {
            refuse(request, refused);
        } else if (decision instanceof Postponed postponed) {
            LOG.infof("%s: %s", request.id(), postponed.reason());
            settle(request, request.postponed(postponed.reason(), postponed.until()));
        } else {
            sign((Approved) decision, history);
        }
    }

    private void sign(Approved approved, History history) {
        Processing request = approved.request();
        try {
            if (approved instanceof ApprovedToFinish toFinish) {
                pipeline.finish(toFinish, history.unstamped().orElseThrow());
            } else {
                pipeline.sign((ApprovedToSign) approved);
            }
        } catch (SignatureKept e) {
            await(request, e);
        } catch (BudgetSpent e) {
            refuse(request, e.refused());
        } catch (UnacceptableFile | NotApproved | Untrusted e) {
            fail(request, e.getMessage());
        } catch (KeyUnavailable e) {
            if (e.isPermanent()) {
                fail(request, e.getMessage());
            } else {
                retry(request, history, e.getMessage());
            }
        } catch (TimestampUnavailable e) {
            retry(request, history, e.getMessage());
        } catch (LeaseLost e) {
            LOG.warn(e.getMessage());
        } catch (IOException e) {
            LOG.errorf(e, "%s attempt %d: input or output failed", request.id(), request.attempt());
            retry(
                    request,
                    history,
                    "the service could not read or write its files; see its log for request " + request.id());
        } catch (StoreUnavailable | AuditUnavailable e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            // A defect of ours that this file brings out must not hold up the queue for ever.
            LOG.errorf(e, "%s attempt %d: internal error", request.id(), request.attempt());
            retry(
                    request,
                    history,
                    "internal error; see the service's log for request " + request.id() + " and report it");
        }
    }

    private void refuse(Processing request, Refused refused) {
        String reason = Printable.of(refused.reason());
        LOG.warnf("%s attempt %d: refused: %s", request.id(), request.attempt(), reason);
        audit.append(new Refusal(request.id(), now(), request.submission().submitter(), reason));
        settle(request, request.denied(reason, now()));
    }

    private void fail(Processing request, String message) {
        String reason = Printable.of(message);
        LOG.warnf("%s attempt %d: failed: %s", request.id(), request.attempt(), reason);
        audit.append(failed(request, reason));
        settle(request, request.failed(reason, now()));
    }

    /** The first time that no timestamp was to be had. From the moment the outcome is written the key is not used again. */
    private void await(Processing request, SignatureKept kept) {
        String reason = Printable.of(kept.getMessage());
        Instant signed = now();
        audit.append(new Outcome(
                request.id(),
                request.attempt(),
                signed,
                Result.UNSTAMPED,
                Optional.of(kept.signature()),
                Optional.of(reason)));
        again(request, awaiting(signed, reason));
    }

    private void retry(Processing request, History history, String message) {
        String reason = Printable.of(message);
        if (history.unstamped().isPresent()) {
            Instant signed = history.unstamped().get().signed();
            if (now().plus(wait(request)).isAfter(signed.plus(timestampPatience))) {
                fail(
                        request,
                        "signed at " + signed + " and given up, since it could not be timestamped within "
                                + timestampPatience + "; see to the timestamp authorities, then submit the file again: "
                                + reason);
                return;
            }
            audit.append(failed(request, reason));
            again(request, awaiting(signed, reason));
        } else if (request.attempt() >= MAXIMUM) {
            fail(request, reason + " (after " + request.attempt() + " attempts)");
        } else {
            audit.append(failed(request, reason));
            again(request, reason);
        }
    }

    private String awaiting(Instant signed, String reason) {
        return Printable.of("signed at " + signed + ", waiting for its timestamp until "
                + signed.plus(timestampPatience) + " at most: " + reason);
    }

    private void again(Processing request, String reason) {
        Duration wait = wait(request);
        LOG.warnf("%s attempt %d: trying again in %s: %s", request.id(), request.attempt(), wait, reason);
        settle(request, request.retry(reason, now().plus(wait)));
    }

    private Duration wait(Processing request) {
        Duration wait = firstRetry;
        for (int i = 1; i < request.attempt() && wait.compareTo(LONGEST_BACK_OFF) < 0; i++) {
            wait = wait.multipliedBy(BACK_OFF_FACTOR);
        }
        return wait.compareTo(LONGEST_BACK_OFF) < 0 ? wait : LONGEST_BACK_OFF;
    }

    private void settle(Processing request, SigningRequest next) {
        if (!queue.settle(request, next)) {
            LOG.warn(new LeaseLost(request).getMessage());
        }
    }

    /** An earlier attempt of this process whose outcome could not be written, or one of a process that died elsewhere. */
    private void resolveInterrupted(List<AuditEvent> events, int before) {
        Set<Integer> ended = events.stream()
                .filter(Outcome.class::isInstance)
                .map(o -> ((Outcome) o).attempt())
                .collect(Collectors.toSet());
        events.stream()
                .filter(Intent.class::isInstance)
                .map(Intent.class::cast)
                .filter(i -> i.attempt() < before && !ended.contains(i.attempt()))
                .forEach(this::interrupted);
    }

    private void interrupted(KeyUse use) {
        Optional<String> reason = Optional.of("the process ended between intent and outcome; nothing was released");
        if (use instanceof Intent intent) {
            LOG.warnf(
                    "%s attempt %d: was cut off; its signature, if there was one, is lost",
                    intent.request(), intent.attempt());
            audit.append(new Outcome(
                    intent.request(), intent.attempt(), now(), Result.INTERRUPTED, Optional.empty(), reason));
        } else {
            LOG.warnf("%s: signing a digest was cut off; its signature, if there was one, is lost", use.request());
            audit.append(new HashOutcome(use.request(), now(), reason));
        }
    }

    private Outcome failed(Processing request, String reason) {
        return new Outcome(
                request.id(), request.attempt(), now(), Result.FAILED, Optional.empty(), Optional.of(reason));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
