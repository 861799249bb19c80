package io.countersign.cli;

import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which policies are meant: all, or those of {@code --project} and {@code --policy}. */
final class PolicyChoice {
    @Option(names = "--project", paramLabel = "SLUG", description = "Only policies of this project.")
    private Optional<String> project = Optional.empty();

    @Option(names = "--policy", paramLabel = "SLUG", description = "Only policies of this name.")
    private Optional<String> policy = Optional.empty();

    /** A policy and the project it belongs to. */
    record Chosen(Project project, Policy policy) {}

    /** @throws Failure if there is none */
    List<Chosen> of(Configuration configuration) throws Failure {
        List<Chosen> chosen = configuration.projects().stream()
                .filter(p -> project.map(p.slug()::equals).orElse(true))
                .flatMap(p -> p.policies().stream()
                        .filter(s -> policy.map(s.slug()::equals).orElse(true))
                        .map(s -> new Chosen(p, s)))
                .toList();
        if (chosen.isEmpty()) {
            throw Failure.usage(
                    "countersign.yaml has no such policy",
                    "it has: "
                            + String.join(
                                    ", ",
                                    configuration.projects().stream()
                                            .flatMap(p -> p.policies().stream().map(s -> p.slug() + "/" + s.slug()))
                                            .toList()));
        }
        return chosen;
    }
}
