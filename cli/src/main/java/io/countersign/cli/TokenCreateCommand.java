package io.countersign.cli;

import io.countersign.cli.client.ApiTokens.Made;
import io.countersign.home.ConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code countersign token create}: has the server make one. */
@Command(
        name = "create",
        sortOptions = false,
        description = "Make an API token; the server keeps its SHA-256, so it is told once.",
        footer = {
            "",
            "It does what its identity may do, or less where it is bound to a project or policy.",
            "",
            "Example:",
            "  countersign token create --name nightly --project hello-driver --policy test-signing -o nightly.token"
        })
final class TokenCreateCommand implements Callable<Integer> {
    private final Shell shell;

    @Option(names = "--name", paramLabel = "TEXT", required = true, description = "What to know it by.")
    private String name;

    @Option(names = "--identity", paramLabel = "NAME", description = "Whose it is; only administrators make others'.")
    private Optional<String> identity = Optional.empty();

    @Option(names = "--project", paramLabel = "SLUG", description = "The only project it is good for.")
    private Optional<String> project = Optional.empty();

    @Option(names = "--policy", paramLabel = "SLUG", description = "The only signing policy of it.")
    private Optional<String> policy = Optional.empty();

    @Option(names = "--days", paramLabel = "N", description = "How long it is good: 1 to 366 days. Default: 90.")
    private Optional<Integer> days = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "A new file for the token, for its owner's eyes only. Default: standard output.")
    private Optional<Path> output = Optional.empty();

    @Mixin
    private ServerOptions server;

    @Mixin
    private Json json;

    TokenCreateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, InterruptedException {
        if (output.isPresent() && Files.exists(output.get())) {
            throw Failure.usage("there is a file " + output.get(), "name one that is not there yet");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("name", name);
        identity.ifPresent(i -> fields.put("identity", i));
        project.ifPresent(p -> fields.put("projectSlug", p));
        policy.ifPresent(p -> fields.put("signingPolicySlug", p));
        days.ifPresent(d -> fields.put("expiresInDays", d.toString()));
        Made made = TokenCall.make(server, shell, tokens -> tokens.make(fields));
        if (output.isPresent()) {
            Files.createFile(
                    output.get(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(output.get(), made.secret() + "\n", StandardCharsets.US_ASCII);
        }
        if (json.wanted()) {
            var document = Json.document()
                    .put("id", made.token().id())
                    .put("identity", made.token().identity())
                    .put("expiresAt", made.token().expiresAt());
            output.ifPresentOrElse(
                    o -> document.put("output", o.toString()), () -> document.put("token", made.secret()));
            shell.out().println(Json.text(document));
        } else {
            shell.progress("token " + made.token().id() + " of " + made.token().identity() + ", good until "
                    + made.token().expiresAt());
            shell.out().println(output.map(Path::toString).orElse(made.secret()));
        }
        return ExitCode.GOOD;
    }
}
