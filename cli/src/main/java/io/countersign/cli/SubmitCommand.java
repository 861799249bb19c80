package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.cli.client.RequestStatus;
import io.countersign.cli.client.ServerRefused;
import io.countersign.cli.client.ServerUnavailable;
import io.countersign.cli.client.SigningServer;
import io.countersign.cli.client.Submission;
import io.countersign.home.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code countersign submit}: asks a server to sign. */
@Command(
        name = "submit",
        sortOptions = false,
        description = "Have a server sign under its policy: uploads, waits, and fetches the result.",
        footer = {
            "",
            "Without --server, --organization or a token, those of 'countersign up' on this home are used.",
            "The token is read from --token-file, or from the file named by COUNTERSIGN_TOKEN_FILE; it is never",
            "an argument. Ends with 1 if the file is refused, or its request failed, was denied or was canceled.",
            "",
            "Example:",
            "  countersign submit driver.sys --server https://sign.example --organization lab \\",
            "      --project hello-driver --policy test-signing --token-file token -o signed.sys"
        })
final class SubmitCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", description = "The file to sign; only read.")
    private Path file;

    @Mixin
    private ServerOptions server;

    @Option(names = "--project", paramLabel = "SLUG", required = true, description = "The project.")
    private String project;

    @Option(names = "--policy", paramLabel = "SLUG", required = true, description = "The signing policy.")
    private String policy;

    @Option(names = "--description", paramLabel = "TEXT", description = "A note for whoever reads the request.")
    private Optional<String> description = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "Where the signed file goes; its attestation goes to OUT.intoto.jsonl. Default: beside FILE,"
                    + " NAME.signed.EXT.")
    private Optional<String> output = Optional.empty();

    @Option(names = "--no-wait", description = "Print the request's id and leave.")
    private boolean noWait;

    @Mixin
    private Json json;

    SubmitCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, InterruptedException {
        if (!Files.isRegularFile(file)) {
            throw Failure.usage("there is no file " + file, "check the path");
        }
        Path signed = OutputPath.file(output.isPresent() ? OutputPath.typed(output.get()) : signedName(file));
        Path provenance = OutputPath.file(provenanceOf(signed));
        SigningServer target = server.target(shell);
        try {
            UUID id = upload(target, new Submission(file, project, policy, description));
            if (noWait) {
                print(Json.document().put("id", id.toString()), id.toString());
                return ExitCode.GOOD;
            }
            RequestStatus last = target.await(
                    id, s -> shell.progress("request " + id + ": " + s.status() + ", " + s.workflowStatus()));
            if (!last.isCompleted()) {
                String reason = target.failureReason(id);
                throw Failure.refused(
                        "request " + id + " ended " + last.status() + (reason.isEmpty() ? "" : ": " + reason), "");
            }
            target.fetch(id, signed, provenance);
            print(
                    Json.document()
                            .put("id", id.toString())
                            .put("status", last.status())
                            .put("output", signed.toString())
                            .put("provenance", provenance.toString()),
                    signed + ": signed; attestation in " + provenance);
            return ExitCode.GOOD;
        } catch (ServerRefused e) {
            if (e.isOfTheFile()) {
                throw Failure.refused(file + ": " + e.getMessage(), e.hint());
            }
            throw e.isDenial() ? Failure.refused(e.getMessage(), e.hint()) : Failure.usage(e.getMessage(), e.hint());
        } catch (ServerUnavailable e) {
            throw Failure.outside(e.getMessage(), "check --server and that it runs, then try again");
        }
    }

    private UUID upload(SigningServer target, Submission submission)
            throws IOException, InterruptedException, ServerRefused, ServerUnavailable {
        try (UploadProgress progress = UploadProgress.start(shell, submission.file())) {
            return target.submit(submission, progress::sent);
        }
    }

    private void print(ObjectNode document, String line) {
        shell.out().println(json.wanted() ? Json.text(document) : line);
    }

    static Path signedName(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return file.resolveSibling(
                dot <= 0 ? name + ".signed" : name.substring(0, dot) + ".signed" + name.substring(dot));
    }

    static Path provenanceOf(Path signed) {
        return signed.resolveSibling(signed.getFileName() + ".intoto.jsonl");
    }
}
