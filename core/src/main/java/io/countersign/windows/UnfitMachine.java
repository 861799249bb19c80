package io.countersign.windows;

import java.util.List;

/** A description of a machine that cannot be used. */
public final class UnfitMachine extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    UnfitMachine(String spec, List<String> problems) {
        super("machine “" + spec + "”: " + String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** All that is wrong, one sentence each. */
    public List<String> problems() {
        return problems;
    }
}
