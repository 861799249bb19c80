package io.countersign.signer.connector;

/** GitHub's API does not answer now; it may later. */
public final class GitHubUnavailable extends Exception {
    private static final long serialVersionUID = 1;

    GitHubUnavailable(String message) {
        super(message);
    }

    GitHubUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
