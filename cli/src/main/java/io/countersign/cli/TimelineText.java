package io.countersign.cli;

import io.countersign.windows.timeline.Event;
import io.countersign.windows.timeline.Row;
import io.countersign.windows.timeline.Row.Answer;
import io.countersign.windows.timeline.Row.Span;
import io.countersign.windows.timeline.Timeline;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A timeline in lines: every event, and below it whose answer changes there. */
final class TimelineText {
    private TimelineText() {}

    static List<String> of(Timeline timeline) {
        List<String> lines = new ArrayList<>(List.of(""));
        lines.addAll(Columns.beside(
                "Timeline: ",
                since(timeline) + " With the roots and lists of today; what is later"
                        + " than the time asked about follows if nothing else happens."));
        TreeMap<Instant, List<String>> entries = new TreeMap<>();
        for (Event event : timeline.events()) {
            entries.computeIfAbsent(event.takesEffect(), t -> new ArrayList<>())
                    .addAll(Columns.beside("  " + event.time() + "  ", event.text()));
        }
        for (int i = 0; i < timeline.rows().size(); i++) {
            Row row = timeline.rows().get(i);
            for (Span span : row.spans()) {
                entries.computeIfAbsent(span.from(), t -> new ArrayList<>())
                        .addAll(change(row, title(timeline, i), span));
            }
        }
        entries.values().forEach(lines::addAll);
        if (timeline.left() > 0) {
            lines.addAll(Columns.beside(
                    "  ",
                    "nobody was asked at " + timeline.left() + " further times, since there are too many; answers may"
                            + " change there too"));
        }
        return lines;
    }

    static String since(Timeline timeline) {
        if (timeline.bars().isEmpty()) {
            return "nothing in the file has a time, so the answers are the same at all times.";
        }
        return timeline.stamped()
                ? "answers from " + timeline.made() + ", its last good timestamp; before, there was no such file."
                : "answers from " + timeline.made() + ", when its signer's certificate could first be used.";
    }

    private static List<String> change(Row row, String title, Span span) {
        boolean first = span.equals(row.spans().get(0));
        return Columns.beside(
                "      %s %-25s  %-8s  ".formatted(first ? " " : ">", title, word(row, span.answer())),
                span.rule().map(r -> r + ": ").orElse("") + span.reason(),
                2);
    }

    /** Loaders are numbered as in the matrix where there are several. */
    static String title(Timeline timeline, int index) {
        Row row = timeline.rows().get(index);
        long loaders =
                timeline.rows().stream().filter(r -> r.machine().isPresent()).count();
        return row.machine().isPresent() && loaders > 1 ? row.title() + " " + (index + 1) : row.title();
    }

    /** As the matrix has it. */
    static String word(Row row, Answer answer) {
        boolean loader = row.machine().isPresent();
        return switch (answer) {
            case ACCEPTS -> loader ? "loads" : "accepts";
            case WARNS -> "warns";
            case REFUSES -> loader ? "blocked" : "refuses";
            case UNKNOWN -> "unknown";
            case NOT_APPLICABLE -> "not for";
        };
    }
}
