package io.countersign.policy;

import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import io.countersign.home.Policy.Budget;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** All rules of a policy but approvals, which are collected afterwards. */
public final class PolicyRules {
    private static final List<Rule> OF_THE_REQUEST = List.of(new SubmitterRule(), new OriginRule());
    private static final List<Rule> OF_THE_MOMENT = List.of(new WindowRule(), new BudgetRule());

    private PolicyRules() {}

    /** What stands against the request whenever it is signed. */
    public static List<Violation> ofTheRequest(Project project, Policy policy, Facts facts) {
        return all(OF_THE_REQUEST, project, policy, facts);
    }

    /** What stands against using the key now; it may pass. */
    public static List<Violation> ofTheMoment(Project project, Policy policy, Facts facts) {
        return all(OF_THE_MOMENT, project, policy, facts);
    }

    /** When a window of the policy opens next; empty if none will. */
    public static Optional<Instant> nextWindow(Policy policy, Instant after) {
        return policy.windows().stream()
                .flatMap(w -> w.nextOpening(after).stream())
                .min(Comparator.naturalOrder());
    }

    /** What stands against a use of the key for which the budget has no room. */
    public static Violation budgetSpent(String policy, Budget budget) {
        return BudgetRule.spent(policy, budget);
    }

    private static List<Violation> all(List<Rule> rules, Project project, Policy policy, Facts facts) {
        return rules.stream()
                .flatMap(rule -> rule.test(project, policy, facts).stream())
                .toList();
    }
}
