package io.countersign.signer.pipeline;

import io.countersign.policy.Violation;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.policy.Refused;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.PolicyState;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.StoreUnavailable;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Ends the waiting of requests that nobody can approve any more, because their policy changed, or that nobody approved in time.
 */
public final class Expiry implements Runnable {
    private static final Logger LOG = Logger.getLogger(Expiry.class);
    private static final int AT_ONCE = 1000;
    private static final String SERVICE = "countersign";

    private final SigningRules rules;
    private final RequestRepository requests;
    private final InstantSource clock;

    public Expiry(SigningRules rules, RequestRepository requests, InstantSource clock) {
        this.rules = rules;
        this.requests = requests;
        this.clock = clock;
    }

    /** Ends what is due, a thousand at most of each kind; the rest is for the next run. */
    @Override
    public void run() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        for (PolicyState state : requests.statesWaitedUnder()) {
            Optional<Violation> outdated = rules.outdated(state);
            if (outdated.isPresent()) {
                String reason = new Refused(List.of(outdated.get())).reason();
                requests.waitingUnder(state, AT_ONCE).forEach(waiting -> refuse(waiting, reason, now));
            }
        }
        for (WaitingForApproval waiting : requests.expired(now, AT_ONCE)) {
            try {
                expire(waiting, now);
            } catch (StoreUnavailable e) {
                // One request whose approvals cannot be verified now must not hold up what else is due.
                LOG.warnf(e, "%s: cannot be told whether it was approved in time; it waits on", waiting.id());
            }
        }
    }

    private void refuse(WaitingForApproval waiting, String reason, Instant now) {
        AuditEvent.Refusal refusal =
                new AuditEvent.Refusal(waiting.id(), now, waiting.submission().submitter(), reason);
        end(waiting, refusal.reason(), refusal);
    }

    private void expire(WaitingForApproval waiting, Instant now) {
        // The last approval was given, and its effect was lost.
        if (rules.isApproved(waiting.submission())) {
            requests.replace(waiting, waiting.approved(now));
        } else {
            String reason = "nobody approved it until " + waiting.expiresAt() + "; submit the file again";
            end(waiting, reason, new AuditEvent.Denial(waiting.id(), now, SERVICE, SERVICE, reason));
        }
    }

    private void end(WaitingForApproval waiting, String reason, AuditEvent why) {
        if (requests.end(waiting, waiting.denied(reason, why.at()), why)) {
            LOG.infof("%s: %s", waiting.id(), reason);
        }
    }
}
