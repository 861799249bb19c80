package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.cli.lab.UnusableLab;
import io.countersign.home.ConfigurationException;
import io.countersign.key.KeyUnavailable;
import io.countersign.sign.UnacceptableFile;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.UnfitTimestampKey;
import io.countersign.trust.UnusableTrust;
import io.countersign.x509.UnreadableCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into {@code error:} and {@code hint:} lines and an exit code; never a stack trace. */
final class ErrorReport implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final Shell shell;

    ErrorReport(Shell shell) {
        this.shell = shell;
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String hint = "see '" + command.getCommandSpec().qualifiedName() + " --help'";
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()) {
            hint = "did you mean " + String.join(" or ", unmatched.getSuggestions()) + "? " + hint;
        }
        print(message(e), hint);
        return ExitCode.USAGE;
    }

    /** picocli's sentence in our form: lower case, without its own "Error:". */
    private static String message(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return "not understood: " + String.join(" ", unmatched.getUnmatched());
        }
        String text = e.getMessage().replaceFirst("^Error: ", "");
        return Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        Failure failure = describe(e);
        if (command.getParseResult().matchedOptionValue("--json", false)) {
            ObjectNode document = failure.done().orElseGet(Json::document).put("error", failure.getMessage());
            failure.hint().ifPresent(hint -> document.put("hint", hint));
            shell.out().println(Json.text(document));
        }
        print(failure.getMessage(), failure.hint().orElse(""));
        if (shell.variable("COUNTERSIGN_DEBUG").isPresent()) {
            System.getLogger(ErrorReport.class.getName()).log(System.Logger.Level.ERROR, failure.getMessage(), e);
        }
        return failure.exitCode();
    }

    private void print(String message, String hint) {
        message.lines().forEach(line -> shell.err().println("countersign: error: " + printable(line)));
        if (!hint.isEmpty()) {
            shell.err().println("countersign: hint: " + printable(hint));
        }
    }

    /** Messages quote files, arguments and what servers sent. */
    private static String printable(String line) {
        return Printable.text(line.replace('\t', ' '));
    }

    /** What to tell of it; a Failure tells itself. */
    static Failure describe(Exception e) {
        if (e instanceof Failure failure) {
            return failure;
        }
        if (e instanceof UnacceptableFile) {
            return Failure.refused(e.getMessage(), "");
        }
        if (e instanceof UnfitTimestampKey) {
            return Failure.usage(e.getMessage(), "name another key for the timestamp authority in countersign.yaml");
        }
        if (e instanceof KeyUnavailable || e instanceof TimestampUnavailable) {
            return Failure.outside(e.getMessage(), "");
        }
        if (e instanceof ConfigurationException) {
            return Failure.usage(e.getMessage(), "correct countersign.yaml and try again");
        }
        if (e instanceof UnusableTrust trust) {
            return Failure.usage(trust.getMessage(), trust.hint());
        }
        if (e instanceof UnusableLab lab) {
            return Failure.usage(lab.getMessage(), lab.hint());
        }
        if (e instanceof IOException io) {
            return describe(io);
        }
        if (e instanceof UncheckedIOException unchecked) {
            return describe(unchecked.getCause());
        }
        if (e instanceof InterruptedException) {
            return Failure.outside("interrupted", "");
        }
        return Failure.outside(
                "a defect in countersign: " + e,
                "please report it, with the lines that COUNTERSIGN_DEBUG=1 in the environment adds");
    }

    private static Failure describe(IOException e) {
        if (e instanceof UnreadableCertificates) {
            return Failure.usage(e.getMessage(), "name a file of PEM certificates");
        }
        if (e instanceof NoSuchFileException missing) {
            return Failure.usage("there is no file " + missing.getFile(), "check the path");
        }
        if (e instanceof AccessDeniedException denied) {
            return Failure.outside("no permission for " + denied.getFile(), "check its owner and mode");
        }
        if (e instanceof FileSystemException file) {
            String reason = file.getReason() == null ? e.getClass().getSimpleName() : file.getReason();
            return Failure.outside(file.getFile() + ": " + reason, "");
        }
        return Failure.outside(e.getMessage() == null ? e.toString() : e.getMessage(), "");
    }
}
