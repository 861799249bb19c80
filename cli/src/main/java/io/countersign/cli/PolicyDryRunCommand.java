package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.Policy;
import io.countersign.pe.ByteSource;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import io.countersign.policy.Facts;
import io.countersign.policy.Origin;
import io.countersign.policy.PolicyRules;
import io.countersign.policy.Violation;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code countersign policy dry-run}: what the policies would say of files, without a server and without a key. */
@Command(
        name = "dry-run",
        sortOptions = false,
        description =
                "Say what each policy would answer if somebody submitted these files now, and who would have to approve.",
        footer = {
            "",
            "--origin says what a build's ID token or the connector would say: vouchedBy, repositoryId,",
            "repositoryOwnerId, ref, workflow, runner, environment, runAttempt. Budgets are taken as unused: how often",
            "keys were used is known to the service. Ends with 1 if no policy would take every file.",
            "",
            "Example:",
            "  countersign policy dry-run hello.sys --submitter ci --project hello-driver \\",
            "      --origin vouchedBy=github --origin repositoryId=123 --origin ref=refs/tags/v1.0"
        })
final class PolicyDryRunCommand implements Callable<Integer> {
    private static final Set<String> ORIGIN = new TreeSet<>(Set.of(
            "vouchedBy",
            "repositoryId",
            "repositoryOwnerId",
            "ref",
            "workflow",
            "runner",
            "environment",
            "runAttempt"));

    private final Shell shell;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files as they would be submitted; only read.")
    private List<Path> files = List.of();

    @Option(names = "--submitter", paramLabel = "NAME", required = true, description = "The identity that would ask.")
    private String submitter;

    @Mixin
    private PolicyChoice choice;

    @Option(names = "--origin", paramLabel = "KEY=VALUE", description = "What would be vouched for; may be repeated.")
    private Map<String, String> origin = new LinkedHashMap<>();

    @Option(names = "--at", paramLabel = "TIME", converter = Moment.class, description = "When; now without it.")
    private Optional<Instant> at = Optional.empty();

    @Mixin
    private Json json;

    PolicyDryRunCommand(Shell shell) {
        this.shell = shell;
    }

    /** What one policy says. */
    private record Answer(PolicyChoice.Chosen of, List<Violation> violations) {}

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException {
        Configuration configuration = shell.configuration();
        if (configuration.identity(submitter).isEmpty()) {
            throw Failure.usage(
                    "countersign.yaml has no identity \"" + submitter + "\"",
                    "it has: "
                            + String.join(
                                    ", ",
                                    configuration.identities().stream()
                                            .map(i -> i.name())
                                            .toList()));
        }
        Map<Path, Optional<String>> unsignable = new LinkedHashMap<>();
        for (Path file : files) {
            unsignable.put(file, unsignable(file));
        }
        Facts facts = new Facts(submitter, origin(), at.orElseGet(Instant::now), since -> 0);
        List<Answer> answers = new ArrayList<>();
        for (PolicyChoice.Chosen chosen : choice.of(configuration)) {
            List<Violation> violations =
                    new ArrayList<>(PolicyRules.ofTheRequest(chosen.project(), chosen.policy(), facts));
            violations.addAll(PolicyRules.ofTheMoment(chosen.project(), chosen.policy(), facts));
            answers.add(new Answer(chosen, violations));
        }
        if (json.wanted()) {
            shell.out().println(Json.text(document(unsignable, answers)));
        } else {
            print(unsignable, answers);
        }
        boolean good = unsignable.values().stream().allMatch(Optional::isEmpty)
                && answers.stream().anyMatch(a -> a.violations().isEmpty());
        return good ? ExitCode.GOOD : ExitCode.NO;
    }

    /** Why the service would not take the file; it signs PE files only. */
    private static Optional<String> unsignable(Path file) throws IOException {
        try (ByteSource source = ByteSource.open(file)) {
            return PeImage.parse(source).certificateTable().isPresent()
                    ? Optional.of("it is already signed")
                    : Optional.empty();
        } catch (MalformedPe e) {
            return Optional.of(e.getMessage());
        }
    }

    private Optional<Origin> origin() throws Failure {
        if (origin.isEmpty()) {
            return Optional.empty();
        }
        for (String key : origin.keySet()) {
            if (!ORIGIN.contains(key)) {
                throw Failure.usage("--origin knows no '" + key + "'", "it knows " + String.join(", ", ORIGIN));
            }
        }
        return Optional.of(new Origin(
                told("vouchedBy"),
                URI.create("urn:dry-run"),
                told("repositoryId"),
                told("repositoryOwnerId"),
                told("ref"),
                "",
                told("workflow"),
                told("runner"),
                told("environment"),
                attempt(),
                URI.create("urn:dry-run")));
    }

    private String told(String key) {
        return origin.getOrDefault(key, "");
    }

    private int attempt() throws Failure {
        try {
            return Integer.parseInt(origin.getOrDefault("runAttempt", "1"));
        } catch (NumberFormatException e) {
            throw Failure.usage("runAttempt is '" + origin.get("runAttempt") + "', not a number", "count from 1");
        }
    }

    private void print(Map<Path, Optional<String>> unsignable, List<Answer> answers) {
        unsignable.forEach((file, reason) ->
                line(file + ": " + reason.map(r -> "would be refused: " + r).orElse("can be signed")));
        for (Answer answer : answers) {
            line(name(answer) + ": "
                    + (answer.violations().isEmpty() ? taken(answer.of().policy()) : "refuses"));
            answer.violations().forEach(v -> line("  " + v.rule().label() + ": " + v.reason() + "; " + v.remedy()));
        }
    }

    private String taken(Policy policy) {
        return policy.approvals() == 0
                ? "signs, and nobody has to approve"
                : "signs once " + policy.approvals() + " of " + String.join(", ", approvers(policy)) + " approved";
    }

    /** Nobody approves what they submitted. */
    private List<String> approvers(Policy policy) {
        return policy.approval().approvers().stream()
                .filter(a -> !a.equals(submitter))
                .toList();
    }

    private static String name(Answer answer) {
        return answer.of().project().slug() + "/" + answer.of().policy().slug();
    }

    private void line(String text) {
        shell.out().println(Printable.text(text));
    }

    private ObjectNode document(Map<Path, Optional<String>> unsignable, List<Answer> answers) {
        ObjectNode document = Json.document();
        ArrayNode all = document.putArray("files");
        unsignable.forEach((file, reason) -> {
            ObjectNode node = all.addObject().put("file", file.toString()).put("signable", reason.isEmpty());
            reason.ifPresent(r -> node.put("reason", r));
        });
        ArrayNode policies = document.putArray("policies");
        for (Answer answer : answers) {
            ObjectNode node = policies.addObject()
                    .put("project", answer.of().project().slug())
                    .put("policy", answer.of().policy().slug())
                    .put("accepts", answer.violations().isEmpty())
                    .put("approvals", answer.of().policy().approvals());
            ArrayNode approvers = node.putArray("approvers");
            approvers(answer.of().policy()).forEach(approvers::add);
            ArrayNode violations = node.putArray("violations");
            answer.violations()
                    .forEach(v -> violations
                            .addObject()
                            .put("rule", v.rule().label())
                            .put("error", v.reason())
                            .put("howToFix", v.remedy()));
        }
        return document;
    }
}
