package io.countersign.key;

/** Octets from outside that some parser could not read. */
public final class HostileInput {
    private static final String NOTHING_SAID = ": null";

    private HostileInput() {}

    /**
     * The parser's reason as a sentence can quote it: Bouncy Castle lets exceptions through that have no message, and wraps others
     * without one in a message that ends in “: null”.
     */
    public static String reason(Throwable e) {
        String message = e.getMessage();
        if (message == null) {
            return e.getClass().getSimpleName();
        }
        return message.endsWith(NOTHING_SAID)
                ? message.substring(0, message.length() - NOTHING_SAID.length())
                : message;
    }
}
