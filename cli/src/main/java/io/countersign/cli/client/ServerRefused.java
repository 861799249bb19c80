package io.countersign.cli.client;

/** The server understood and said no, or could not understand what was sent. The message and hint are its own words. */
public final class ServerRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String hint;
    private final boolean ofTheFile;

    ServerRefused(int status, String message, String hint, boolean ofTheFile) {
        super(message);
        this.status = status;
        this.hint = hint;
        this.ofTheFile = ofTheFile;
    }

    /** What the server says to do; may be empty. */
    public String hint() {
        return hint;
    }

    /** True where the file itself cannot be signed, as 'countersign sign' would say too. */
    public boolean isOfTheFile() {
        return ofTheFile;
    }

    /** True where who asks is the problem (401, 403) or the state of the request (409), not what was asked. */
    public boolean isDenial() {
        return status == 401 || status == 403 || status == 409;
    }
}
