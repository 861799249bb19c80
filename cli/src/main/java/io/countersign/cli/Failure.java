package io.countersign.cli;

import java.util.Optional;

/** Why a command could not do what was asked, what to do about it, and the exit code that says so to scripts. */
final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final String hint;

    private Failure(int exitCode, String message, String hint) {
        super(message);
        this.exitCode = exitCode;
        this.hint = hint;
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

    int exitCode() {
        return exitCode;
    }

    /** What to do about it; empty where the message says it. */
    Optional<String> hint() {
        return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
    }
}
