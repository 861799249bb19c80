package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.ConfigurationException.Problem;
import io.countersign.home.ConfigurationFile;
import io.countersign.policy.PolicyAdvice;
import io.countersign.policy.RepositoryPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code countersign policy lint}: everything that is wrong with a configuration. */
@Command(
        name = "lint",
        sortOptions = false,
        description = "Name every problem of a configuration at once, each with its line and what to do.",
        footer = {
            "",
            "Without FILE the home's countersign.yaml. A repository's own .signpath/policies/PROJECT/POLICY.yml is checked",
            "for what is supported of it. Advice is about what can be used and is hardly meant; it is no problem.",
            "Ends with 1 if there are problems.",
            "",
            "Examples:",
            "  countersign policy lint",
            "  countersign policy lint .signpath/policies/hello-driver/release-signing.yml"
        })
final class PolicyLintCommand implements Callable<Integer> {
    private static final int MAXIMUM = 1 << 20;

    private final Shell shell;

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "The file to check.")
    private Optional<Path> file = Optional.empty();

    @Mixin
    private Json json;

    PolicyLintCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Failure {
        Path checked = file.orElse(shell.home().configuration());
        boolean ofRepository =
                checked.toString().contains(".signpath") || checked.toString().endsWith(".yml");
        List<Problem> problems;
        List<PolicyAdvice> advice = List.of();
        if (ofRepository) {
            problems = ofRepository(checked);
        } else {
            try {
                Configuration read = ConfigurationFile.read(shell.home(), checked);
                problems = List.of();
                advice = PolicyAdvice.on(read, Instant.now());
            } catch (ConfigurationException e) {
                problems = e.problems();
            }
        }
        if (json.wanted()) {
            shell.out().println(Json.text(document(checked, problems, advice)));
        } else {
            print(checked, problems, advice);
        }
        return problems.isEmpty() ? ExitCode.GOOD : ExitCode.NO;
    }

    private static List<Problem> ofRepository(Path checked) throws IOException, Failure {
        String text = new String(SmallFile.read(checked, MAXIMUM).toByteArray(), StandardCharsets.UTF_8);
        return RepositoryPolicy.read(text).problems().stream()
                .map(p -> new Problem(checked, p.line(), p.message(), p.remedy()))
                .toList();
    }

    private void print(Path checked, List<Problem> problems, List<PolicyAdvice> advice) {
        problems.forEach(p -> line(p.toString()));
        advice.forEach(a -> line(checked + ": advice: policy " + a.policy() + " of project " + a.project() + ": "
                + a.message() + "; " + a.remedy()));
        line(checked + ": " + (problems.isEmpty() ? "no problems" : counted(problems.size(), "problem"))
                + (advice.isEmpty() ? "" : ", " + counted(advice.size(), "piece") + " of advice"));
    }

    private static String counted(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private void line(String text) {
        shell.out().println(Printable.text(text));
    }

    private static ObjectNode document(Path checked, List<Problem> problems, List<PolicyAdvice> advice) {
        ObjectNode document = Json.document().put("file", checked.toString());
        ArrayNode all = document.putArray("problems");
        problems.forEach(p -> all.addObject()
                .put("line", p.line())
                .put("message", p.message())
                .put("remedy", p.remedy()));
        ArrayNode hints = document.putArray("advice");
        advice.forEach(a -> hints.addObject()
                .put("project", a.project())
                .put("policy", a.policy())
                .put("message", a.message())
                .put("remedy", a.remedy()));
        return document;
    }
}
