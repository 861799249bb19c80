package io.countersign.policy;

import io.countersign.home.Configuration.Project;
import io.countersign.home.Configuration.Repository;
import io.countersign.home.Policy;
import io.countersign.home.Policy.OriginRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The file was built from the project's repository, in the way the policy demands. */
final class OriginRule implements Rule {
    @Override
    public List<Violation> test(Project project, Policy policy, Facts facts) {
        if (policy.origin().isEmpty()) {
            return List.of();
        }
        if (facts.origin().isEmpty()) {
            return List.of(
                    new Violation(
                            RuleId.ORIGIN_VERIFIED,
                            "policy \"" + policy.slug()
                                    + "\" signs only what has a verified origin, and nobody vouches for this"
                                    + " file's",
                            "submit it from the project's build with its ID token, or through the connector; docs/ci.md says how"));
        }
        List<Violation> violations = new ArrayList<>();
        Origin origin = facts.origin().get();
        repository(project, origin).ifPresent(violations::add);
        violations.addAll(build(policy.origin().get(), origin));
        return violations;
    }

    private static Optional<Violation> repository(Project project, Origin origin) {
        Repository wanted = project.repository().orElseThrow();
        boolean same = wanted.id().equals(origin.repositoryId())
                && wanted.ownerId()
                        .map(id -> id.equals(origin.repositoryOwnerId()))
                        .orElse(true)
                && wanted.vouchers().contains(origin.vouchedBy());
        return same
                ? Optional.empty()
                : Optional.of(new Violation(
                        RuleId.ORIGIN_REPOSITORY,
                        "the file comes from " + origin.repositoryUrl() + " (id " + origin.repositoryId() + ", owner "
                                + origin.repositoryOwnerId() + ", as " + origin.vouchedBy() + " says), and project \""
                                + project.slug() + "\" is " + wanted.url() + " (id " + wanted.id()
                                + wanted.ownerId().map(id -> ", owner " + id).orElse("") + ", vouched for by "
                                + String.join(" or ", wanted.vouchers()) + ")",
                        "submit from the project's own repository, or correct 'repository' in countersign.yaml"));
    }

    private static List<Violation> build(OriginRules rules, Origin origin) {
        List<Violation> violations = new ArrayList<>();
        boolean ref = origin.branch()
                        .filter(name -> anyMatches(rules.branches(), name))
                        .isPresent()
                || origin.tag().filter(name -> anyMatches(rules.tags(), name)).isPresent();
        if (!ref) {
            violations.add(new Violation(
                    RuleId.ORIGIN_REF,
                    "the file was built from " + shown(origin.ref()) + ", which is none of the policy's branches ("
                            + String.join(", ", rules.branches()) + ") and tags (" + String.join(", ", rules.tags())
                            + ")",
                    "build from one of them"));
        }
        if (!rules.workflows().isEmpty() && !anyMatches(rules.workflows(), origin.workflow())) {
            violations.add(not(RuleId.ORIGIN_WORKFLOW, "workflow", origin.workflow(), rules.workflows()));
        }
        if (!rules.runners().isEmpty() && !rules.runners().contains(origin.runner())) {
            violations.add(not(RuleId.ORIGIN_RUNNER, "runner", origin.runner(), rules.runners()));
        }
        if (!rules.environments().isEmpty() && !rules.environments().contains(origin.environment())) {
            violations.add(not(RuleId.ORIGIN_ENVIRONMENT, "environment", origin.environment(), rules.environments()));
        }
        if (!rules.reruns() && origin.runAttempt() != 1) {
            violations.add(new Violation(
                    RuleId.ORIGIN_FIRST_RUN,
                    "the policy signs first runs only, and this is attempt "
                            + (origin.runAttempt() == 0 ? "nobody says which" : origin.runAttempt()),
                    "start the build anew instead of running it again"));
        }
        return violations;
    }

    private static Violation not(RuleId rule, String what, String got, List<String> wanted) {
        return new Violation(
                rule,
                "the build's " + what + " was " + shown(got) + ", and the policy wants " + String.join(" or ", wanted),
                "build it there, or have the policy's origin rules changed in countersign.yaml");
    }

    private static boolean anyMatches(List<String> patterns, String name) {
        return patterns.stream().anyMatch(p -> RefPattern.matches(p, name));
    }

    private static String shown(String text) {
        return text.isEmpty() ? "not told" : "\"" + text + "\"";
    }
}
