package io.countersign.cli.client;

/** The server cannot be reached, does not answer in time, or failed itself; trying again may help. */
public final class ServerUnavailable extends Exception {
    private static final long serialVersionUID = 1;

    ServerUnavailable(String message, Throwable cause) {
        super(message, cause);
    }

    ServerUnavailable(String message) {
        super(message);
    }
}
