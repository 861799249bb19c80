package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.ConfigurationException;
import io.countersign.home.Policy;
import io.countersign.policy.PolicyForm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code countersign policy explain}: what the policies demand, in words. */
@Command(
        name = "explain",
        sortOptions = false,
        description = "Say in words what each policy signs with, for whom, and what has to hold.",
        footer = {
            "",
            "The digest is that of the policy's canonical form, which stands in every record of a signature under it.",
            "",
            "Examples:",
            "  countersign policy explain",
            "  countersign policy explain --project hello-driver --policy release-signing --json"
        })
final class PolicyExplainCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private PolicyChoice choice;

    @Mixin
    private Json json;

    PolicyExplainCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException {
        Configuration configuration = shell.configuration();
        ObjectNode document = Json.document();
        ArrayNode all = document.putArray("policies");
        for (PolicyChoice.Chosen chosen : choice.of(configuration)) {
            PolicyForm form = PolicyForm.of(configuration, chosen.project(), chosen.policy());
            List<String> sentences = sentences(configuration, chosen.project(), chosen.policy());
            if (json.wanted()) {
                ObjectNode node = all.addObject()
                        .put("project", chosen.project().slug())
                        .put("policy", chosen.policy().slug())
                        .put("digest", form.digest().toString())
                        .put("form", form.text());
                ArrayNode words = node.putArray("demands");
                sentences.forEach(words::add);
            } else {
                line(chosen.project().slug() + "/" + chosen.policy().slug() + "  " + form.digest());
                sentences.forEach(s -> line("  " + s));
            }
        }
        if (json.wanted()) {
            shell.out().println(Json.text(document));
        }
        return ExitCode.GOOD;
    }

    private static List<String> sentences(Configuration configuration, Project project, Policy policy) {
        List<String> said = new ArrayList<>();
        said.add("Signs with key " + policy.key()
                + configuration
                        .key(policy.key())
                        .map(k -> " (" + k.label() + " in token " + k.token() + ")")
                        .orElse("")
                + " and " + policy.digest().label() + (policy.appearance().pageHashes() ? ", with page hashes" : "")
                + ".");
        policy.appearance().description().ifPresent(d -> said.add("The signature shows the name \"" + d + "\"."));
        policy.appearance().url().ifPresent(u -> said.add("The signature shows the address " + u + "."));
        said.add("Timestamps by " + String.join(", else ", policy.timestampAuthorities()) + "."
                + (policy.secondTimestampAuthorities().isEmpty()
                        ? ""
                        : " A second one by " + String.join(", else ", policy.secondTimestampAuthorities()) + "."));
        said.add("Submitted by " + String.join(" or ", policy.submitters()) + ".");
        said.add(approvals(policy));
        policy.origin().ifPresent(origin -> {
            said.add("Built from "
                    + project.repository()
                            .map(r -> r.url() + " (id " + r.id() + ")")
                            .orElse("nowhere")
                    + ", as "
                    + project.repository()
                            .map(r -> String.join(" or ", r.vouchers()))
                            .orElse("nobody")
                    + " vouches; from branches " + list(origin.branches()) + " or tags " + list(origin.tags()) + ".");
            List.of(
                            clause("by the workflow ", origin.workflows()),
                            clause("on runners ", origin.runners()),
                            clause("in the environment ", origin.environments()))
                    .forEach(c -> c.ifPresent(said::add));
            if (!origin.reruns()) {
                said.add("Only by the first attempt of a run.");
            }
        });
        policy.windows().forEach(w -> said.add("Open " + w.text() + "."));
        policy.budget().ifPresent(b -> said.add("At most " + b.signatures() + " signatures in any " + b.per() + "."));
        if (policy.hashSigning()) {
            said.add("Signs bare digests too, and promises nothing about the files they are of.");
        }
        policy.retention().ifPresent(r -> said.add("Artifacts are kept for " + r + " after a request has ended."));
        return said;
    }

    private static String approvals(Policy policy) {
        return policy.approvals() == 0
                ? "Nobody has to approve."
                : "Approved by " + policy.approvals() + " of "
                        + list(policy.approval().approvers()) + " but never by who submitted, within "
                        + policy.approval().expiry() + ".";
    }

    private static Optional<String> clause(String beginning, List<String> values) {
        return values.isEmpty()
                ? Optional.empty()
                : Optional.of("Only " + beginning + String.join(" or ", values) + ".");
    }

    private static String list(List<String> values) {
        return values.isEmpty() ? "none" : String.join(", ", values);
    }

    private void line(String text) {
        shell.out().println(Printable.text(text));
    }
}
