package io.countersign.signer.policy;

import io.countersign.home.Policy;
import io.countersign.policy.PolicyForm;
import io.countersign.signer.request.Approval;
import io.countersign.signer.request.SigningRequest.Processing;
import java.util.List;

/** Leave to timestamp and release a signature that was made before. No code-signing key is to be had for it. */
public final class ApprovedToFinish extends Approved {
    ApprovedToFinish(Processing request, Policy policy, PolicyForm form, List<Approval> approvals) {
        super(request, policy, form, approvals);
    }
}
