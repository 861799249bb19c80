package io.countersign.policy;

import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Identity;
import io.countersign.home.Policy;
import io.countersign.home.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What can be read and used, and is hardly meant: a policy under which nothing could ever be signed, or one that demands more
 * than its key does.
 *
 * @param project its slug
 * @param policy its slug
 * @param message what was found
 * @param remedy what to do
 */
public record PolicyAdvice(String project, String policy, String message, String remedy) {
    /**
     * Everything there is to say of a configuration.
     *
     * @param at when; windows may lie behind it
     */
    public static List<PolicyAdvice> on(Configuration configuration, Instant at) {
        List<PolicyAdvice> all = new ArrayList<>();
        for (Project project : configuration.projects()) {
            for (Policy policy : project.policies()) {
                approvers(project, policy).ifPresent(all::add);
                windows(project, policy, at).ifPresent(all::add);
                origin(configuration, project, policy).ifPresent(all::add);
                key(configuration, project, policy).ifPresent(all::add);
            }
        }
        return all;
    }

    private static Optional<PolicyAdvice> approvers(Project project, Policy policy) {
        List<String> approvers = policy.approval().approvers();
        if (policy.approvals() == 0 && !approvers.isEmpty()) {
            return Optional.of(new PolicyAdvice(
                    project.slug(),
                    policy.slug(),
                    "it has approvers and wants no approvals, so nobody is asked",
                    "set 'approvals', or remove 'approvers'"));
        }
        List<String> stuck = policy.submitters().stream()
                .filter(s -> approvers.stream().filter(a -> !a.equals(s)).count() < policy.approvals())
                .toList();
        return stuck.isEmpty()
                ? Optional.empty()
                : Optional.of(new PolicyAdvice(
                        project.slug(),
                        policy.slug(),
                        "what " + String.join(", ", stuck) + " submits could never be approved: it wants "
                                + policy.approvals() + " of " + approvers
                                + ", and nobody approves what they submitted",
                        "name more 'approvers'"));
    }

    private static Optional<PolicyAdvice> windows(Project project, Policy policy, Instant at) {
        boolean over = !policy.windows().isEmpty()
                && policy.windows().stream().allMatch(w -> w instanceof Window.Span span && !at.isBefore(span.until()));
        return over
                ? Optional.of(new PolicyAdvice(
                        project.slug(),
                        policy.slug(),
                        "all its windows lie in the past, so nothing is signed any more",
                        "add the next window, or remove 'windows'"))
                : Optional.empty();
    }

    /** A token of the configuration says nothing of a build; ID tokens do, and so does the connector, who knows callers by token. */
    private static Optional<PolicyAdvice> origin(Configuration configuration, Project project, Policy policy) {
        boolean connector = configuration.githubApi().isPresent()
                && project.repository()
                        .filter(r -> r.vouchers().contains(Configuration.Repository.GITHUB_API))
                        .isPresent();
        boolean somebody = policy.submitters().stream()
                .flatMap(s -> configuration.identity(s).stream())
                .map(Identity::oidc)
                .anyMatch(Optional::isPresent);
        return policy.origin().isEmpty() || connector || somebody
                ? Optional.empty()
                : Optional.of(new PolicyAdvice(
                        project.slug(),
                        policy.slug(),
                        "it demands a verified origin, and none of its submitters can show one",
                        "give a submitter an 'oidc' match, or set 'githubApi' and let the repository's vouchers have"
                                + " github-api"));
    }

    private static Optional<PolicyAdvice> key(Configuration configuration, Project project, Policy policy) {
        boolean demanding = policy.approvals() > 0
                || policy.origin().isPresent()
                || !policy.windows().isEmpty()
                || policy.budget().isPresent();
        boolean local =
                configuration.key(policy.key()).filter(Configuration.Key::local).isPresent();
        return demanding && local
                ? Optional.of(new PolicyAdvice(
                        project.slug(),
                        policy.slug(),
                        "its key \"" + policy.key() + "\" is 'local', so 'countersign sign' may use it without what the"
                                + " policy demands",
                        "let releases have a key of their own without 'local: true'"))
                : Optional.empty();
    }
}
