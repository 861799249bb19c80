package io.countersign.cli;

import io.countersign.windows.timeline.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLStreamException;

/** Vertical lines for times that are no certificate's, each with its words above the picture, none over another. */
final class TimelineMarks {
    /** How far their words may reach beyond the scale to its left. */
    private static final double OUTSIDE = 340;

    private static final int MOST_MARKS = 24;
    private static final Map<Event.Kind, String> MARKS = Map.of(
            Event.Kind.TIMESTAMP, "#1d4ed8",
            Event.Kind.ASKED, "#111827",
            Event.Kind.REVOKED, "#b91c1c",
            Event.Kind.CUT_OFF, "#7e22ce");

    private final List<Mark> marks;

    TimelineMarks(List<Event> events, TimeScale scale) {
        marks = placed(events, scale);
    }

    /** A vertical line with its words, in one of several lanes. */
    private record Mark(Event event, String words, double x, double from, int lane) {}

    /** How high their words are together. */
    double height() {
        return 18.0 * (marks.stream().mapToInt(Mark::lane).max().orElse(0) + 1);
    }

    private static List<Mark> placed(List<Event> events, TimeScale scale) {
        List<Mark> placed = new ArrayList<>();
        List<Double> ends = new ArrayList<>();
        events.stream()
                .filter(e -> MARKS.containsKey(e.kind()))
                .limit(MOST_MARKS)
                .forEach(event -> {
                    String words = words(event.kind()) + " " + TimelineSvg.day(event.time());
                    double x = scale.x(event.time());
                    double length = SvgLetters.width(words, TimelineSvg.LABEL) + 16;
                    double from = Math.max(scale.left() - OUTSIDE, Math.min(x - length / 2, scale.right() - length));
                    int lane = 0;
                    while (lane < ends.size() && ends.get(lane) > from) {
                        lane++;
                    }
                    if (lane == ends.size()) {
                        ends.add(0.0);
                    }
                    ends.set(lane, from + length + 4);
                    placed.add(new Mark(event, words, x, from, lane));
                });
        return placed;
    }

    void draw(SvgPen pen, double bottom) throws XMLStreamException {
        for (Mark mark : marks) {
            String colour = MARKS.get(mark.event().kind());
            double line = 84 + 18.0 * mark.lane();
            double length = SvgLetters.width(mark.words(), TimelineSvg.LABEL) + 12;
            pen.element("g", () -> {
                pen.tag("title", mark.event().time() + ": " + mark.event().text());
                pen.line(
                        mark.x(),
                        line + 16,
                        mark.x(),
                        bottom - 20,
                        "stroke",
                        colour,
                        "stroke-width",
                        1.6,
                        "stroke-dasharray",
                        mark.event().kind() == Event.Kind.ASKED ? "6 4" : "none");
                pen.empty(
                        "rect", "x", mark.from(), "y", line, "width", length, "height", 16.0, "rx", 3, "fill", colour);
                pen.text(
                        mark.words(),
                        mark.from() + length / 2,
                        line + 12,
                        "font-size",
                        TimelineSvg.LABEL,
                        "fill",
                        "#ffffff",
                        "text-anchor",
                        "middle");
            });
        }
    }

    private static String words(Event.Kind kind) {
        return switch (kind) {
            case TIMESTAMP -> "timestamp";
            case REVOKED -> "revoked";
            case CUT_OFF -> "cut-off";
            case ASKED, VALID_FROM, EXPIRES -> "asked about";
        };
    }
}
