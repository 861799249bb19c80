package io.countersign.signer.pipeline;

import io.countersign.policy.PolicyForm;
import io.countersign.policy.Violation;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.audit.Printable;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.Approval;
import io.countersign.signer.request.Approvals;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Canceled;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.StoreUnavailable;
import io.countersign.signer.request.Submission;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Takes people's yes and no, and lets requests be taken back. A yes is on record before it has an effect, a no together with its
 * effect. Safe for several threads; where two contradict each other, one of them is told so.
 */
public final class ApprovalDesk {
    private static final Logger LOG = Logger.getLogger(ApprovalDesk.class);
    private static final int AT_ONCE = 1000;

    private final SigningRules rules;
    private final AuditLog audit;
    private final Approvals approvals;
    private final RequestRepository requests;
    private final Intake intake;
    private final Runnable wake;
    private final InstantSource clock;

    /** @param wake tells the workers that a request waits */
    public ApprovalDesk(
            SigningRules rules,
            AuditLog audit,
            Approvals approvals,
            RequestRepository requests,
            Intake intake,
            Runnable wake,
            InstantSource clock) {
        this.rules = rules;
        this.audit = audit;
        this.approvals = approvals;
        this.requests = requests;
        this.intake = intake;
        this.wake = wake;
        this.clock = clock;
    }

    /**
     * Agrees that a request be signed. Who agrees twice agrees once.
     *
     * @return the request as it is now
     * @throws SubmissionRefused if the caller may not, or the policy changed
     * @throws Conflict if it does not wait for approval
     */
    public SigningRequest approve(Caller caller, SigningRequest request) throws SubmissionRefused, Conflict {
        WaitingForApproval waiting = waiting(request);
        requireAllowed(caller, rules.examineApproval(caller, waiting, now()));
        UUID id = waiting.id();
        Approval approval = new Approval(
                id,
                caller.name(),
                caller.session(),
                now(),
                waiting.submission().artifact(),
                new PolicyForm(waiting.submission().policyForm()).digest());
        if (approvals.of(id).stream().noneMatch(a -> a.approver().equals(caller.name()))) {
            audit.append(new AuditEvent.Approval(
                    id, approval.at(), caller.name(), caller.session(), approval.artifact(), approval.policy()));
            approvals.add(approval);
            LOG.infof("%s approved by %s", id, caller.name());
        }
        if (rules.isApproved(waiting.submission()) && requests.replace(waiting, waiting.approved(now()))) {
            wake.run();
        }
        return requests.find(id).orElseThrow();
    }

    /**
     * Queues what has all its approvals and still waits: the process ended between the last of them and its effect. Only while
     * nobody else is at work.
     */
    public void resume() {
        for (WaitingForApproval waiting : requests.waitingThoughApproved()) {
            try {
                if (rules.isApproved(waiting.submission()) && requests.replace(waiting, waiting.approved(now()))) {
                    LOG.infof("%s: was approved when the service stopped; queued", waiting.id());
                }
            } catch (StoreUnavailable e) {
                // The token that approvals are verified with may come later; Expiry asks once more before it ends the
                // request.
                LOG.warnf(e, "%s: whether it was approved when the service stopped cannot be told now", waiting.id());
            }
        }
    }

    /**
     * Ends a request with a no; one is enough.
     *
     * @throws SubmissionRefused if the caller may not
     * @throws Conflict if it does not wait for approval
     */
    public SigningRequest deny(Caller caller, SigningRequest request, String reason)
            throws SubmissionRefused, Conflict {
        WaitingForApproval waiting = waiting(request);
        requireAllowed(caller, rules.examineDenial(caller, waiting, now()));
        String said = "denied by " + caller.name() + ": " + Printable.of(reason);
        AuditEvent why = new AuditEvent.Denial(waiting.id(), now(), caller.name(), caller.session(), reason);
        return ended(waiting, waiting.denied(said, why.at()), why);
    }

    /**
     * Takes a request back that no worker has begun.
     *
     * @throws SubmissionRefused if the caller neither submitted it nor is an administrator, or its credential is for another policy
     * @throws Conflict if it is past that
     */
    public SigningRequest cancel(Caller caller, SigningRequest request) throws SubmissionRefused, Conflict {
        Submission submission = request.submission();
        requireAllowed(
                caller,
                SigningRules.examineCancellation(
                        caller, submission.submitter(), submission.project(), submission.policy()));
        if (!(request instanceof WaitingForApproval || request instanceof Queued)) {
            throw new Conflict(
                    "request " + request.id() + " is past canceling", "ask for its Status to see what became of it");
        }
        AuditEvent why = new AuditEvent.Cancellation(request.id(), now(), caller.name(), caller.session());
        Canceled canceled = request instanceof Queued queued
                ? queued.canceled(caller.name(), why.at())
                : ((WaitingForApproval) request).canceled(caller.name(), why.at());
        return ended(request, canceled, why);
    }

    /** Those that this caller could approve now: those they have not approved yet before the others, each the oldest first. */
    public List<WaitingForApproval> waitingFor(Caller caller) {
        Instant now = now();
        return requests.waitingForApproval(rules.approvedBy(caller), caller.name(), AT_ONCE).stream()
                .filter(r -> rules.examineApproval(caller, r, now).isEmpty())
                .toList();
    }

    private SigningRequest ended(SigningRequest present, SigningRequest next, AuditEvent why) throws Conflict {
        if (!requests.end(present, next, why)) {
            throw new Conflict(
                    "request " + present.id() + " changed at the same moment", "ask for its Status and try again");
        }
        LOG.infof("%s: %s", next.id(), next.getClass().getSimpleName());
        return next;
    }

    private static WaitingForApproval waiting(SigningRequest request) throws Conflict {
        if (request instanceof WaitingForApproval waiting) {
            return waiting;
        }
        throw new Conflict(
                "request " + request.id() + " does not wait for approval",
                "ask for its Status to see what became of it");
    }

    private void requireAllowed(Caller caller, List<Violation> violations) throws SubmissionRefused {
        if (!violations.isEmpty()) {
            throw intake.refused(caller, violations);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
