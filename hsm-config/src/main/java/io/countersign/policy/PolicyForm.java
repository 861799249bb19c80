package io.countersign.policy;

import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import io.countersign.home.Window;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A signing policy in a canonical form: one line a fact, {@code name=value}, always in the same order, lists in the order they
 * are tried or sorted where order means nothing. The same policy always gives the same text, and so the same digest. Names of
 * keys and timestamp authorities are part of it; where an authority is reached is not.
 *
 * @param text the lines, each ended by a line feed
 */
public record PolicyForm(String text) {

    /** The form of a policy of this configuration. */
    public static PolicyForm of(Configuration configuration, Project project, Policy policy) {
        List<String> lines = new ArrayList<>();
        lines.add(line("form", "countersign-policy-1"));
        lines.add(line("organization", configuration.organization().id().toString()));
        lines.add(line("project", project.slug()));
        lines.add(line("policy", policy.slug()));
        lines.add(line("key", policy.key()));
        configuration.key(policy.key()).ifPresent(key -> {
            lines.add(line("key.token", key.token()));
            lines.add(line("key.label", key.label()));
        });
        lines.add(line("digest", policy.digest().label()));
        lines.add(line("timestamp-authorities", list(policy.timestampAuthorities().stream())));
        // Only where there are any, like everything added later: the form of a request accepted before stays what it
        // was.
        if (!policy.secondTimestampAuthorities().isEmpty()) {
            lines.add(line("second-timestamp-authorities", list(policy.secondTimestampAuthorities().stream())));
        }
        lines.add(line("submitters", list(policy.submitters().stream().sorted())));
        lines.add(line("approvals", Integer.toString(policy.approvals())));
        lines.addAll(further(project, policy));
        return new PolicyForm(String.join("", lines));
    }

    private static List<String> further(Project project, Policy policy) {
        List<String> lines = new ArrayList<>();
        if (!policy.approval().approvers().isEmpty()) {
            lines.add(line(
                    "approvers", list(policy.approval().approvers().stream().sorted())));
            lines.add(line("approval-expiry", policy.approval().expiry().toString()));
        }
        policy.origin().ifPresent(origin -> {
            project.repository().ifPresent(repository -> {
                lines.add(line("repository.url", repository.url().toString()));
                lines.add(line("repository.id", repository.id()));
                repository.ownerId().ifPresent(id -> lines.add(line("repository.owner-id", id)));
                lines.add(line(
                        "repository.vouchers",
                        list(repository.vouchers().stream().sorted())));
            });
            lines.add(line("origin.branches", list(origin.branches().stream().sorted())));
            lines.add(line("origin.tags", list(origin.tags().stream().sorted())));
            lines.add(line("origin.workflows", list(origin.workflows().stream().sorted())));
            lines.add(line("origin.runners", list(origin.runners().stream().sorted())));
            lines.add(line(
                    "origin.environments", list(origin.environments().stream().sorted())));
            lines.add(line("origin.reruns", Boolean.toString(origin.reruns())));
        });
        if (!policy.windows().isEmpty()) {
            lines.add(line("windows", list(policy.windows().stream().map(Window::text))));
        }
        policy.budget().ifPresent(budget -> lines.add(line("budget", budget.signatures() + " per " + budget.per())));
        if (policy.appearance().pageHashes()) {
            lines.add(line("page-hashes", "true"));
        }
        policy.appearance().description().ifPresent(text -> lines.add(line("description", text)));
        policy.appearance().url().ifPresent(url -> lines.add(line("url", url.toString())));
        if (policy.hashSigning()) {
            lines.add(line("hash-signing", "true"));
        }
        policy.retention().ifPresent(retention -> lines.add(line("retention", retention.toString())));
        return lines;
    }

    /** SHA-256 of the text in UTF-8. */
    public Digest digest() {
        return DigestAlgorithm.SHA256.digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What stands differently here than it stood earlier, for people: {@code key was "a" and is "b"}. */
    public List<String> differencesFrom(PolicyForm earlier) {
        Map<String, String> was = earlier.facts();
        Map<String, String> is = facts();
        return Stream.concat(was.keySet().stream(), is.keySet().stream())
                .distinct()
                .filter(name -> !was.getOrDefault(name, "").equals(is.getOrDefault(name, "")))
                .map(name -> name + " was " + shown(was.get(name)) + " and is " + shown(is.get(name)))
                .toList();
    }

    private Map<String, String> facts() {
        return text.lines()
                .collect(Collectors.toMap(
                        l -> l.substring(0, l.indexOf('=')),
                        l -> l.substring(l.indexOf('=') + 1),
                        (a, b) -> b,
                        LinkedHashMap::new));
    }

    private static String shown(String value) {
        return value == null ? "absent" : "\"" + value + "\"";
    }

    private static String list(Stream<String> names) {
        return names.map(n -> n.replace("\\", "\\\\").replace(",", "\\,")).collect(Collectors.joining(","));
    }

    /** Line ends inside a value are escaped, so that no value can pass for another line. */
    private static String line(String name, String value) {
        return name + "=" + value.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D") + "\n";
    }
}
