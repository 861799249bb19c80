package io.countersign.cli;

import io.countersign.windows.timeline.Row;
import javax.xml.stream.XMLStreamException;

/** How an answer looks in a picture: a colour, a pattern and a sign, so that none is told by its colour alone. */
final class AnswerLook {
    private AnswerLook() {}

    static void patterns(SvgPen pen) throws XMLStreamException {
        pen.element("defs", () -> {
            pattern(pen, "refuses", "#fde2e1", "#c0392b", "M0,8 L8,0", 1.2);
            pattern(pen, "warns", "#fff3c4", "#b7791f", "M4,3 v2", 2.0);
            pattern(pen, "unknown", "#eceff3", "#7b8794", "M4,0 v8", 1.0);
            pattern(pen, "absent", "#ffffff", "#d5dae0", "M0,4 h8", 1.0);
        });
    }

    private static void pattern(SvgPen pen, String id, String ground, String ink, String path, double width)
            throws XMLStreamException {
        pen.element(
                "pattern",
                () -> {
                    pen.empty("rect", "width", 8, "height", 8, "fill", ground);
                    pen.empty("path", "d", path, "stroke", ink, "stroke-width", width, "stroke-opacity", "0.45");
                },
                "id",
                id,
                "width",
                8,
                "height",
                8,
                "patternUnits",
                "userSpaceOnUse");
    }

    static String fill(Row.Answer answer) {
        return switch (answer) {
            case ACCEPTS -> "#c9ead3";
            case WARNS -> "url(#warns)";
            case REFUSES -> "url(#refuses)";
            case UNKNOWN, NOT_APPLICABLE -> "url(#unknown)";
        };
    }

    static String stroke(Row.Answer answer) {
        return switch (answer) {
            case ACCEPTS -> "#2f855a";
            case WARNS -> "#b7791f";
            case REFUSES -> "#c0392b";
            case UNKNOWN, NOT_APPLICABLE -> "#7b8794";
        };
    }

    static String sign(Row.Answer answer) {
        return switch (answer) {
            case ACCEPTS -> "✓";
            case WARNS -> "!";
            case REFUSES -> "✗";
            case UNKNOWN -> "?";
            case NOT_APPLICABLE -> "–";
        };
    }
}
