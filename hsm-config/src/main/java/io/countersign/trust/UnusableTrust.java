package io.countersign.trust;

/** A file that cannot be trusted, or distrusted, by: the message says why, the hint what to do. */
public final class UnusableTrust extends Exception {
    private static final long serialVersionUID = 1;

    private final String hint;

    UnusableTrust(String message, String hint) {
        this(message, hint, null);
    }

    UnusableTrust(String message, String hint, Throwable cause) {
        super(message, cause);
        this.hint = hint;
    }

    public String hint() {
        return hint;
    }
}
