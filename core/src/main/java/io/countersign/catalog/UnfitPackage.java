package io.countersign.catalog;

/** An INF, or a folder with one, that no catalog can be made for: what is wrong, where, and what to do. */
public final class UnfitPackage extends Exception {
    private static final long serialVersionUID = 1;

    UnfitPackage(String message) {
        super(message);
    }

    UnfitPackage(String message, Throwable cause) {
        super(message, cause);
    }
}
