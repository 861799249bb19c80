package io.countersign.timestamp;

/** No time is known that a token may hold. The message goes to the client as it is: it holds no address and no file name. */
public final class TimeNotAvailable extends Exception {
    private static final long serialVersionUID = 1;

    /** @param reason a few words for the client, such as "the clock has not been compared with a reference yet" */
    public TimeNotAvailable(String reason) {
        super(reason);
    }
}
