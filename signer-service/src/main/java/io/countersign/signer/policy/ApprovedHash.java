package io.countersign.signer.policy;

import io.countersign.home.Policy;
import io.countersign.key.Digest;
import io.countersign.policy.PolicyForm;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Leave to sign one digest once, of what nobody here has seen: it promises nothing about a file. Only a policy that says so lets
 * digests be signed, and only this package can make one.
 */
public final class ApprovedHash implements Decision {
    private final Policy policy;
    private final PolicyForm form;
    private final Digest digest;
    private final AtomicBoolean redeemed = new AtomicBoolean();

    ApprovedHash(Policy policy, PolicyForm form, Digest digest) {
        this.policy = policy;
        this.form = form;
        this.digest = digest;
    }

    public Policy policy() {
        return policy;
    }

    /** SHA-256 of the policy's canonical form. */
    public Digest policyDigest() {
        return form.digest();
    }

    /**
     * Uses the approval up.
     *
     * @return the one digest that may be signed
     * @throws NotApproved if it was redeemed before
     */
    public Digest redeem() throws NotApproved {
        if (!redeemed.compareAndSet(false, true)) {
            throw new NotApproved("the approval of this digest was used before");
        }
        return digest;
    }
}
