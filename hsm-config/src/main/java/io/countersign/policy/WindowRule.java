package io.countersign.policy;

import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import io.countersign.home.Window;
import java.util.List;
import java.util.stream.Collectors;

/** Keys are used in the policy's windows only. */
final class WindowRule implements Rule {
    @Override
    public List<Violation> test(Project project, Policy policy, Facts facts) {
        if (policy.windows().isEmpty() || policy.windows().stream().anyMatch(w -> w.contains(facts.at()))) {
            return List.of();
        }
        return List.of(new Violation(
                RuleId.WINDOW_OPEN,
                "policy \"" + policy.slug() + "\" signs only in its windows, and at " + facts.at() + " none is open",
                "submit again when one is: "
                        + policy.windows().stream().map(Window::text).collect(Collectors.joining("; "))));
    }
}
