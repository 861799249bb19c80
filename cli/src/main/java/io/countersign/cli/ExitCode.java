package io.countersign.cli;

/** What the process ends with; scripts rely on these four. */
final class ExitCode {
    /** Done, and the answer is yes. */
    static final int GOOD = 0;

    /** Done, and the answer is no: it does not verify, it was refused or denied. */
    static final int NO = 1;

    /** The command was used wrongly; trying the same again cannot help. */
    static final int USAGE = 2;

    /** Something outside failed (token, TSA, server, disk): worth trying again. */
    static final int OUTSIDE = 3;

    private ExitCode() {}
}
