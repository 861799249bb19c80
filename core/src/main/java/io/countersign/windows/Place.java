package io.countersign.windows;

/**
 * Where a signature stands.
 *
 * @param kind what carries it
 * @param index 0 for the primary signature, from 1 for nested ones; that of the catalog among those given
 * @param name of the catalog; else empty
 */
public record Place(Kind kind, int index, String name) {
    /** What carries a signature. */
    public enum Kind {
        PRIMARY,
        NESTED,
        CATALOG
    }

    static final Place PRIMARY = new Place(Kind.PRIMARY, 0, "");

    static Place embedded(int index) {
        return index == 0 ? PRIMARY : new Place(Kind.NESTED, index, "");
    }

    static Place catalog(int index, String name) {
        return new Place(Kind.CATALOG, index, name);
    }

    /** For sentences. */
    @Override
    public String toString() {
        return switch (kind) {
            case PRIMARY -> "primary signature";
            case NESTED -> "nested signature " + index;
            case CATALOG -> "catalog " + name;
        };
    }
}
