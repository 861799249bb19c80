package io.countersign.signer.policy;

import io.countersign.home.Policy;
import io.countersign.key.Digest;
import io.countersign.policy.PolicyForm;
import io.countersign.signer.request.Approval;
import io.countersign.signer.request.SigningRequest.Processing;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Leave for one attempt at one request, good once, for exactly one file under exactly one state of a policy. Its kind says whether
 * a key may be used. Only this package can make one.
 */
public abstract sealed class Approved implements Decision permits ApprovedToSign, ApprovedToFinish {
    private final Processing request;
    private final Policy policy;
    private final PolicyForm form;
    private final List<Approval> approvals;
    private final AtomicBoolean redeemed = new AtomicBoolean();

    Approved(Processing request, Policy policy, PolicyForm form, List<Approval> approvals) {
        this.approvals = List.copyOf(approvals);
        this.request = request;
        this.policy = policy;
        this.form = form;
    }

    public Processing request() {
        return request;
    }

    public Policy policy() {
        return policy;
    }

    /** The approvals it rests on; empty where the policy wants none. */
    public List<Approval> approvals() {
        return approvals;
    }

    /** SHA-256 of the policy's canonical form. */
    public Digest policyDigest() {
        return form.digest();
    }

    /**
     * Uses the approval up, whatever the answer.
     *
     * @param policyDigest of the policy the file is about to be signed or finished under
     * @return SHA-256 of the one file that may be; whoever signs compares it with what it reads
     * @throws NotApproved if it was redeemed before, or is for another policy
     */
    public Digest redeem(Digest policyDigest) throws NotApproved {
        if (!redeemed.compareAndSet(false, true)) {
            throw new NotApproved("the approval of request " + request.id() + " was used before");
        }
        if (!policyDigest.equals(form.digest())) {
            throw new NotApproved("request " + request.id() + " was approved under the policy " + form.digest()
                    + ", but is to be signed under " + policyDigest + "; submit it again");
        }
        return request.submission().artifact();
    }
}
