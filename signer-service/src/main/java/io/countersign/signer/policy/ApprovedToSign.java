package io.countersign.signer.policy;

import io.countersign.home.Policy;
import io.countersign.policy.PolicyForm;
import io.countersign.signer.request.Approval;
import io.countersign.signer.request.SigningRequest.Processing;
import java.util.List;

/** Leave to use a key once. */
public final class ApprovedToSign extends Approved {
    ApprovedToSign(Processing request, Policy policy, PolicyForm form, List<Approval> approvals) {
        super(request, policy, form, approvals);
    }
}
