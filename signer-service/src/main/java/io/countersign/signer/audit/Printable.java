package io.countersign.signer.audit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes text that may hold what a client sent fit for one line of a log. */
public final class Printable {
    private static final int MAXIMUM = 2000;

    /** Control characters, line ends, format characters (some turn text around), and what no font shows. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private Printable() {}

    /** The text with a backslash, u and four hexadecimal digits for what cannot be printed, cut after 2000 characters. */
    public static String of(String text) {
        String printable = UNPRINTABLE
                .matcher(text.substring(0, Math.min(text.length(), MAXIMUM + 1)))
                .replaceAll(found -> Matcher.quoteReplacement(escaped(found.group())));
        return printable.length() > MAXIMUM ? printable.substring(0, MAXIMUM) + "…" : printable;
    }

    private static String escaped(String unprintable) {
        return unprintable.chars().mapToObj("\\u%04x"::formatted).collect(Collectors.joining());
    }
}
