package io.countersign.cli;

/** How much room a text takes, reckoned without a font at hand: rather too much than too little. */
final class SvgLetters {
    /** Of letters in the font's size: wider than most, so that what is reckoned to fit does. */
    private static final double SMALL = 0.57;

    private static final double CAPITAL = 0.72;
    private static final double IDEOGRAPH = 1.05;
    /** By how much bold letters are wider. */
    static final double BOLD = 1.12;

    /** A hostile name may be of any length. */
    private static final int MOST = 300;

    private SvgLetters() {}

    static double width(String text, double size) {
        return size
                * text.codePoints()
                        .mapToDouble(c -> c >= 0x2E80 ? IDEOGRAPH : Character.isUpperCase(c) ? CAPITAL : SMALL)
                        .sum();
    }

    /** As much of it as fits; the whole is in a title. */
    static String fit(String text, double size, double room) {
        if (width(text, size) <= room) {
            return text;
        }
        int end = Math.min(text.length(), MOST);
        while (end > 1 && width(text.substring(0, end) + "…", size) > room) {
            end = text.offsetByCodePoints(end, -1);
        }
        return text.substring(0, end) + "…";
    }
}
