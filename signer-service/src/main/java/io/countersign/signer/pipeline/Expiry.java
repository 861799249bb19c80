package io.countersign.signer.pipeline;

import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jboss.logging.Logger;

/** Denies requests that nobody approved in time. */
public final class Expiry implements Runnable {
    private static final Logger LOG = Logger.getLogger(Expiry.class);
    private static final int AT_ONCE = 1000;
    private static final String SERVICE = "countersign";

    private final RequestRepository requests;
    private final InstantSource clock;

    public Expiry(RequestRepository requests, InstantSource clock) {
        this.requests = requests;
        this.clock = clock;
    }

    @Override
    public void run() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        for (WaitingForApproval waiting : requests.expired(now, AT_ONCE)) {
            String reason = "nobody approved it until " + waiting.expiresAt() + "; submit the file again";
            if (requests.end(
                    waiting,
                    waiting.denied(reason, now),
                    new AuditEvent.Denial(waiting.id(), now, SERVICE, SERVICE, reason))) {
                LOG.infof("%s: %s", waiting.id(), reason);
            }
        }
    }
}
