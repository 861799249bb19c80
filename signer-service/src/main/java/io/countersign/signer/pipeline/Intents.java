package io.countersign.signer.pipeline;

import io.countersign.home.Policy;
import io.countersign.home.Policy.Budget;
import io.countersign.policy.PolicyRules;
import io.countersign.signer.audit.AuditEvent.KeyUse;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.policy.Refused;
import java.util.List;
import java.util.Optional;

/** What must be on record before a key is used. */
final class Intents {
    private Intents() {}

    /**
     * Puts the use on record and takes it from the policy's budget, in one step: of several workers that were told that one
     * signature is left, one has it.
     *
     * @throws BudgetSpent if none is left; nothing is on record then
     */
    static void append(AuditLog audit, KeyUse use, Policy policy) throws BudgetSpent {
        Optional<Budget> budget = policy.budget();
        if (budget.isEmpty()) {
            audit.append(use);
        } else if (!audit.appendWithin(
                use, budget.get().signatures(), use.at().minus(budget.get().per()))) {
            throw new BudgetSpent(new Refused(List.of(PolicyRules.budgetSpent(policy.slug(), budget.get()))));
        }
    }
}
