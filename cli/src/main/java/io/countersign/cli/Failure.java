package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.sign.UnacceptableFile;
import java.nio.file.Path;
import java.util.Optional;

/** Why a command could not do what was asked, what to do about it, and the exit code that says so to scripts. */
final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final String hint;
    private final transient Optional<ObjectNode> done;

    private Failure(int exitCode, String message, String hint) {
        this(exitCode, message, hint, Optional.empty(), null);
    }

    private Failure(int exitCode, String message, String hint, Optional<ObjectNode> done, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.hint = hint;
        this.done = done;
    }

    /** The answer is no. */
    static Failure refused(String message, String hint) {
        return new Failure(ExitCode.NO, message, hint);
    }

    /** The command line, or a file it names, is wrong. */
    static Failure usage(String message, String hint) {
        return new Failure(ExitCode.USAGE, message, hint);
    }

    /** Something this process does not control failed. */
    static Failure outside(String message, String hint) {
        return new Failure(ExitCode.OUTSIDE, message, hint);
    }

    /** The answer is no, because of this file. */
    static Failure unacceptable(Path file, UnacceptableFile e) {
        // Without a cause the message says what to do; with one it is the format reader's, who says only what is wrong.
        String hint = e.getCause() == null
                ? ""
                : "give a complete file; build or fetch it again. 'countersign formats' lists what can be signed";
        return new Failure(ExitCode.NO, file + ": " + e.getMessage(), hint, Optional.empty(), e);
    }

    /**
     * This failure, after part of the work was done.
     *
     * @param document what --json tells of that part; null where it is not wanted
     */
    Failure after(ObjectNode document, Path failed) {
        Optional<ObjectNode> told = Optional.ofNullable(document).map(d -> d.put("failed", failed.toString()));
        return new Failure(exitCode, getMessage(), hint, told, this);
    }

    int exitCode() {
        return exitCode;
    }

    /** The document --json has begun; empty where nothing was done. */
    Optional<ObjectNode> done() {
        return done;
    }

    /** What to do about it; empty where the message says it. */
    Optional<String> hint() {
        return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
    }
}
