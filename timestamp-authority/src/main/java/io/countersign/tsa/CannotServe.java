package io.countersign.tsa;

/** The home does not say what to serve. The message says what it lacks and what to do. */
final class CannotServe extends Exception {
    private static final long serialVersionUID = 1;

    CannotServe(String message) {
        super(message);
    }
}
