package io.countersign.signer.policy;

import io.countersign.home.Configuration.Policy;
import io.countersign.key.Digest;
import io.countersign.signer.request.SigningRequest.Processing;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Leave to use a key once, for one attempt at one request, for exactly one file under exactly one state of a policy. Only this
 * package can make one.
 */
public final class Approved implements Decision {
    private final Processing request;
    private final Policy policy;
    private final PolicyForm form;
    private final AtomicBoolean redeemed = new AtomicBoolean();

    Approved(Processing request, Policy policy, PolicyForm form) {
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

    /** SHA-256 of the policy's canonical form. */
    public Digest policyDigest() {
        return form.digest();
    }

    /**
     * Confirms, after signing and before release, that the file that was read is the approved one: it is read again for
     * signing, and may have been changed since it was redeemed for.
     *
     * @param signed SHA-256 of what was read while signing
     */
    public void confirm(Digest signed) throws NotApproved {
        if (!signed.equals(request.submission().artifact())) {
            throw new NotApproved("request " + request.id() + " was approved for the file "
                    + request.submission().artifact() + ", but " + signed
                    + " was read while signing; nothing is released, the artifact store was changed");
        }
    }

    /**
     * Uses the approval up, whatever the answer.
     *
     * @param artifact SHA-256 of the file the key is about to be used for, digested just now
     * @param policyDigest of the policy it is about to be used under
     * @throws NotApproved if it was redeemed before, or is for another file or policy
     */
    public void redeem(Digest artifact, Digest policyDigest) throws NotApproved {
        if (!redeemed.compareAndSet(false, true)) {
            throw new NotApproved("the approval of request " + request.id() + " was used before");
        }
        if (!artifact.equals(request.submission().artifact())) {
            throw new NotApproved("request " + request.id() + " was approved for the file "
                    + request.submission().artifact() + ", but the file to be signed is " + artifact
                    + "; the artifact store was changed, submit the file again");
        }
        if (!policyDigest.equals(form.digest())) {
            throw new NotApproved("request " + request.id() + " was approved under the policy " + form.digest()
                    + ", but is to be signed under " + policyDigest + "; submit it again");
        }
    }
}
