package io.countersign.signer.pipeline;

import io.countersign.signer.policy.Refused;

/** Others took the last signature of a policy's budget after its rules had been asked; no key was used. */
final class BudgetSpent extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Refused refused;

    BudgetSpent(Refused refused) {
        super(refused.reason());
        this.refused = refused;
    }

    Refused refused() {
        return refused;
    }
}
