package io.countersign.timestamp;

/** A token that we made is not what it should be, so it was not given away. The message says what is wrong with it. */
public final class UnsoundToken extends Exception {
    private static final long serialVersionUID = 1;

    UnsoundToken(String message, Throwable cause) {
        super(
                "the token just made was not given away: " + message
                        + "; check the token device and that the certificate belongs to the key",
                cause);
    }
}
