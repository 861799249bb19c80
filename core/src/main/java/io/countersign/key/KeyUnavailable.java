package io.countersign.key;

/**
 * A private key cannot be used now: its token is missing, its PIN is wrong, or the device failed. The message says what was
 * wanted, what was found and what to do, and never holds a PIN. Trying again may help unless {@link #isPermanent()}.
 */
public final class KeyUnavailable extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean permanent;

    private KeyUnavailable(String message, boolean permanent, Throwable cause) {
        super(message, cause);
        this.permanent = permanent;
    }

    /** Configuration or state that does not heal by itself, such as a wrong PIN: trying again does harm. */
    public static KeyUnavailable permanently(String message, Throwable cause) {
        return new KeyUnavailable(message, true, cause);
    }

    /** A failure of the device that another try may survive. */
    public static KeyUnavailable forNow(String message, Throwable cause) {
        return new KeyUnavailable(message, false, cause);
    }

    public boolean isPermanent() {
        return permanent;
    }
}
