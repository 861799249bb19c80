package io.countersign.signer.request;

import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A store and queue whose every change of a state is told to {@link RequestChanges}. Safe for several threads. */
public final class AnnouncedRequests implements RequestRepository, RequestQueue {
    private final RequestRepository requests;
    private final RequestQueue queue;
    private final RequestChanges changes;

    /** @param store where both are kept */
    public <T extends RequestRepository & RequestQueue> AnnouncedRequests(T store, RequestChanges changes) {
        this.requests = store;
        this.queue = store;
        this.changes = changes;
    }

    @Override
    public boolean add(SigningRequest request) {
        return told(requests.add(request), request.id());
    }

    @Override
    public Optional<SigningRequest> find(UUID id) {
        return requests.find(id);
    }

    @Override
    public Optional<SigningRequest> findByKey(String submitter, String project, String policy, String idempotencyKey) {
        return requests.findByKey(submitter, project, policy, idempotencyKey);
    }

    @Override
    public boolean replace(SigningRequest present, SigningRequest next) {
        return told(requests.replace(present, next), next.id());
    }

    @Override
    public boolean end(SigningRequest present, SigningRequest next, AuditEvent why) {
        return told(requests.end(present, next, why), next.id());
    }

    @Override
    public List<WaitingForApproval> waitingForApproval(List<PolicyName> policies, String approver, int most) {
        return requests.waitingForApproval(policies, approver, most);
    }

    @Override
    public List<PolicyState> statesWaitedUnder() {
        return requests.statesWaitedUnder();
    }

    @Override
    public List<WaitingForApproval> waitingUnder(PolicyState state, int most) {
        return requests.waitingUnder(state, most);
    }

    @Override
    public List<WaitingForApproval> waitingThoughApproved() {
        return requests.waitingThoughApproved();
    }

    @Override
    public List<WaitingForApproval> expired(Instant now, int most) {
        return requests.expired(now, most);
    }

    @Override
    public Optional<Processing> claim(String worker, Instant now, Instant leaseUntil) {
        Optional<Processing> claimed = queue.claim(worker, now, leaseUntil);
        claimed.ifPresent(request -> changes.changed(request.id()));
        return claimed;
    }

    @Override
    public boolean renew(Processing held, Instant leaseUntil) {
        return queue.renew(held, leaseUntil);
    }

    @Override
    public boolean settle(Processing held, SigningRequest next) {
        return told(queue.settle(held, next), next.id());
    }

    @Override
    public List<Processing> releaseAll(Instant now) {
        return queue.releaseAll(now);
    }

    private boolean told(boolean happened, UUID request) {
        if (happened) {
            changes.changed(request);
        }
        return happened;
    }
}
