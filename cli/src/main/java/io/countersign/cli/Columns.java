package io.countersign.cli;

import java.util.ArrayList;
import java.util.List;

/** Lines that fit a terminal. */
final class Columns {
    static final int WIDTH = 110;

    private Columns() {}

    /** The text behind its label, broken at spaces, further lines below its first word. */
    static List<String> beside(String label, String text) {
        return beside(label, WIDTH, text);
    }

    /** The same in lines of this many characters, unless a word is longer. */
    static List<String> beside(String label, int width, String text) {
        List<String> lines = new ArrayList<>();
        String indent = " ".repeat(label.length());
        StringBuilder line = new StringBuilder(label);
        for (String word : Printable.text(text).split(" ", -1)) {
            if (line.length() + word.length() > width && line.length() > indent.length()) {
                lines.add(line.toString().stripTrailing());
                line.setLength(0);
                line.append(indent);
            }
            line.append(word).append(' ');
        }
        lines.add(line.toString().stripTrailing());
        return lines;
    }

    /** The same in so many lines at most, saying where there was more. */
    static List<String> beside(String label, String text, int most) {
        List<String> lines = beside(label, text);
        if (lines.size() <= most) {
            return lines;
        }
        List<String> kept = new ArrayList<>(lines.subList(0, most));
        String last = kept.get(most - 1);
        kept.set(most - 1, last.substring(0, Math.min(last.length(), WIDTH - 2)) + " …");
        return kept;
    }
}
