package io.countersign.signer.api;

import java.util.Locale;
import java.util.Set;

/** Turns the file name a client sent, which may be anything, into one that is safe to show, to log and to save under. */
final class SafeFileName {
    static final String DEFAULT = "artifact";

    private static final int MAXIMUM = 120;
    private static final String PUNCTUATION = " ._-+()@,";

    /** Letters that show nothing: the fillers of Hangul, and Braille without a dot. */
    private static final String BLANK = "\u115F\u1160\u3164\uFFA0\u2800";

    private static final Set<String> DEVICES = Set.of(
            "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1",
            "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9");

    private SafeFileName() {}

    private static boolean isKept(int c) {
        return (Character.isLetterOrDigit(c) && BLANK.indexOf(c) < 0) || PUNCTUATION.indexOf(c) >= 0;
    }

    /** The last part of the path, letters, digits and a little punctuation kept, at most 120 characters and never empty. */
    static String of(String sent) {
        if (sent == null) {
            return DEFAULT;
        }
        String last = sent.substring(Math.max(sent.lastIndexOf('/'), sent.lastIndexOf('\\')) + 1);
        StringBuilder kept = new StringBuilder();
        last.codePoints().map(c -> isKept(c) ? c : '_').limit(10L * MAXIMUM).forEach(kept::appendCodePoint);
        // Windows drops dots and spaces at the end; a dot at the start hides the file elsewhere.
        String name = kept.toString().replaceAll("^[. ]+|[. ]+$", "");
        if (name.length() > MAXIMUM) {
            int cut = name.offsetByCodePoints(0, name.codePointCount(0, name.length() - MAXIMUM));
            name = name.substring(Math.max(cut, name.length() - MAXIMUM));
        }
        if (name.isEmpty()) {
            return DEFAULT;
        }
        // Windows takes NUL.sys for the device NUL (Naming Files, Paths, and Namespaces).
        int dot = name.indexOf('.');
        String stem = (dot < 0 ? name : name.substring(0, dot)).strip().toLowerCase(Locale.ROOT);
        return DEVICES.contains(stem) ? "_" + name : name;
    }
}
