package io.countersign.cli.lab;

/** There is no such lab, or its lab.yaml has problems. */
public final class UnusableLab extends Exception {
    private static final long serialVersionUID = 1;

    private final String hint;

    UnusableLab(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    /** What to do about it. */
    public String hint() {
        return hint;
    }
}
