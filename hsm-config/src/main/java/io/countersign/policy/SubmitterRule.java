package io.countersign.policy;

import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import java.util.List;
import java.util.stream.Collectors;

/** Only listed submitters may ask. */
final class SubmitterRule implements Rule {
    @Override
    public List<Violation> test(Project project, Policy policy, Facts facts) {
        if (policy.submitters().contains(facts.submitter())) {
            return List.of();
        }
        String others = project.policies().stream()
                .filter(p -> p.submitters().contains(facts.submitter()))
                .map(Policy::slug)
                .collect(Collectors.joining(", "));
        return List.of(new Violation(
                RuleId.SUBMITTER_LISTED,
                "\"" + facts.submitter() + "\" is not a submitter of policy \"" + policy.slug() + "\" of project \""
                        + project.slug() + "\"",
                "have it added to the policy's submitters in countersign.yaml, or use a policy you may submit to: "
                        + (others.isEmpty() ? "none lists you as a submitter" : others)));
    }
}
