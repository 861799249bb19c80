package io.countersign.policy;

import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import io.countersign.home.Policy.Budget;
import java.util.List;

/** Keys are used no more often than the policy's budget has it. */
final class BudgetRule implements Rule {
    @Override
    public List<Violation> test(Project project, Policy policy, Facts facts) {
        return policy.budget()
                .filter(budget -> facts.uses().since(facts.at().minus(budget.per())) >= budget.signatures())
                .map(budget -> List.of(spent(policy.slug(), budget)))
                .orElse(List.of());
    }

    static Violation spent(String policy, Budget budget) {
        return new Violation(
                RuleId.BUDGET_LEFT,
                "policy \"" + policy + "\" allows " + budget.signatures() + " signatures in " + budget.per()
                        + ", and they are used up",
                "submit again when the oldest of them is that long ago, or have the budget raised in"
                        + " countersign.yaml");
    }
}
