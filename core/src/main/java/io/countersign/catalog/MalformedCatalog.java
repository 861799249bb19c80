package io.countersign.catalog;

/** A file that is not the security catalog it was taken for, with the reason. */
public final class MalformedCatalog extends Exception {
    private static final long serialVersionUID = 1;

    MalformedCatalog(String message) {
        super(message);
    }

    MalformedCatalog(String message, Throwable cause) {
        super(message, cause);
    }
}
