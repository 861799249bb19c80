package io.countersign.windows.packages;

import java.util.Collection;
import java.util.stream.Collectors;

/** Names in a sentence: a hostile package has thousands of them. */
final class SomeNames {
    private static final int MOST = 10;

    private SomeNames() {}

    /** The first of them, and how many more there are. */
    static String of(Collection<String> names) {
        String first = names.stream().limit(MOST).collect(Collectors.joining(", "));
        return names.size() <= MOST ? first : first + " and " + (names.size() - MOST) + " more";
    }
}
