package io.countersign.cli.process;

/** A service did not start, did not become ready in time, or ended. The message holds the last lines of its log. */
public final class ServiceFailed extends Exception {
    private static final long serialVersionUID = 1;

    ServiceFailed(String message) {
        super(message);
    }
}
