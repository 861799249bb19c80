package io.countersign.signer.identity.session;

import java.time.Duration;
import java.util.Optional;

/** Nobody is signed in. */
public final class SignInRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final String remedy;
    private final transient Optional<Duration> wait;

    SignInRefused(String message, String remedy) {
        this(message, remedy, Optional.empty());
    }

    private SignInRefused(String message, String remedy, Optional<Duration> wait) {
        super(message);
        this.remedy = remedy;
        this.wait = wait;
    }

    static SignInRefused tooOften(Duration wait) {
        return new SignInRefused(
                "there were many sign-ins just now", "wait a minute, and try again", Optional.of(wait));
    }

    /** What to do. */
    public String remedy() {
        return remedy;
    }

    /** How long to wait, where there were too many. */
    public Optional<Duration> retryAfter() {
        return wait;
    }
}
