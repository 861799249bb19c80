package io.countersign.cli;

import io.countersign.file.AtomicFile;
import io.countersign.windows.timeline.Bar;
import io.countersign.windows.timeline.Row;
import io.countersign.windows.timeline.Row.Span;
import io.countersign.windows.timeline.Timeline;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.xml.stream.XMLStreamException;

/**
 * A timeline as a picture: a bar for each certificate, a line for each time that is not a certificate's, a row for each who
 * judges. What is coloured is named too. Self-contained, without scripts.
 */
final class TimelineSvg {
    private static final double WIDTH = 1240;
    private static final double MARGIN = 24;
    private static final double LEFT = 370;
    private static final double RIGHT = WIDTH - MARGIN;
    private static final double LINE = 22;
    private static final double ROW = 30;
    /** Size of small words. */
    static final double LABEL = 12;

    private static final int MOST_BARS = 48;
    private static final String INK = "#1f2933";
    private static final String PALE = "#52606d";

    private final Timeline timeline;
    private final String name;
    private final TimeScale scale;
    private final SvgPen pen;
    private final TimelineMarks marks;
    private final double top;
    /** Words that lie above the lines. */
    private final List<SvgPen.Content> words = new ArrayList<>();

    private double y;

    private TimelineSvg(Timeline timeline, String name, SvgPen pen) {
        this.timeline = timeline;
        this.name = name;
        this.pen = pen;
        this.scale = TimeScale.of(timeline, LEFT, RIGHT);
        this.marks = new TimelineMarks(timeline.events(), scale);
        this.top = 96 + marks.height();
    }

    /**
     * Writes the picture, whole or not at all.
     *
     * @param name of the file that was explained
     */
    static void write(Path target, String name, Timeline timeline) throws IOException {
        AtomicFile.write(target, temporary -> {
            try (Writer out = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8);
                    SvgPen pen = new SvgPen(out)) {
                new TimelineSvg(timeline, name, pen).draw();
            } catch (XMLStreamException e) {
                throw new IOException("the picture could not be written: " + e.getMessage(), e);
            }
        });
    }

    private List<Bar> bars() {
        return timeline.bars().stream().limit(MOST_BARS).toList();
    }

    private double height() {
        long paths = bars().stream().map(Bar::path).distinct().count();
        double certificates = bars().isEmpty() ? 0 : 40 + paths * 24 + bars().size() * LINE;
        double more = timeline.bars().size() > MOST_BARS ? LINE : 0;
        return top + certificates + more + 46 + timeline.rows().size() * ROW + 70;
    }

    private void draw() throws XMLStreamException {
        double height = height();
        pen.element(
                "svg",
                () -> {
                    pen.tag("title", "Timeline of " + name, "id", "title");
                    pen.tag("desc", description(), "id", "desc");
                    AnswerLook.patterns(pen);
                    pen.empty("rect", "width", WIDTH, "height", height, "fill", "#ffffff");
                    heading();
                    grid(height - 56);
                    y = top;
                    certificates();
                    answers();
                    marks.draw(pen, height - 56);
                    for (SvgPen.Content word : words) {
                        word.draw();
                    }
                    pen.text(
                            "Judged by documented rules with the roots and lists of today; what is later than the time"
                                    + " asked about follows if nothing else happens. Times are UTC.",
                            MARGIN,
                            height - 18,
                            "font-size",
                            LABEL,
                            "fill",
                            PALE);
                },
                "xmlns",
                "http://www.w3.org/2000/svg",
                "viewBox",
                String.format(Locale.ROOT, "0 0 %.0f %.0f", WIDTH, height),
                "width",
                WIDTH,
                "height",
                height,
                "role",
                "img",
                "aria-labelledby",
                "title desc",
                "font-family",
                "'DejaVu Sans', 'Segoe UI', Arial, sans-serif",
                "fill",
                INK);
    }

    /** The answers in words, for who does not see the picture. */
    private String description() {
        return timeline.rows().stream()
                .map(row -> row.title()
                        + row.machine().map(m -> " of " + m.version().title()).orElse("") + ": "
                        + row.spans().stream()
                                .map(s -> TimelineText.word(row, s.answer()) + " from " + day(s.from()))
                                .collect(Collectors.joining(", ")))
                .collect(Collectors.joining("; ", TimelineText.since(timeline) + " ", "."));
    }

    private void heading() throws XMLStreamException {
        pen.text(SvgLetters.fit(name, 22, WIDTH - 2 * MARGIN), MARGIN, 40.0, "font-size", 22, "font-weight", "bold");
        String since = TimelineText.since(timeline);
        pen.text(
                since.substring(0, 1).toUpperCase(Locale.ROOT) + since.substring(1),
                MARGIN,
                64.0,
                "font-size",
                14,
                "fill",
                PALE);
    }

    private void grid(double bottom) throws XMLStreamException {
        for (TimeScale.Tick tick : scale.ticks()) {
            double x = scale.x(tick.time());
            pen.line(x, top, x, bottom - 20, "stroke", "#e4e7eb");
            pen.text(tick.label(), x, bottom - 4, "font-size", LABEL, "fill", PALE, "text-anchor", "middle");
        }
    }

    private void certificates() throws XMLStreamException {
        if (bars().isEmpty()) {
            return;
        }
        section("Certificates");
        String path = "";
        for (Bar bar : bars()) {
            if (!bar.path().equals(path)) {
                path = bar.path();
                pen.text(
                        SvgLetters.fit(path, 13, RIGHT - MARGIN),
                        MARGIN,
                        y + 16,
                        "font-size",
                        13,
                        "fill",
                        PALE,
                        "font-style",
                        "italic");
                y += 24;
            }
            certificate(bar);
            y += LINE;
        }
        if (timeline.bars().size() > MOST_BARS) {
            pen.text(
                    "and " + (timeline.bars().size() - MOST_BARS) + " more certificates",
                    MARGIN + 12,
                    y + 15,
                    "font-size",
                    13);
            y += LINE;
        }
        y += 10;
    }

    private void certificate(Bar bar) throws XMLStreamException {
        String dates = day(bar.from()) + " to " + day(bar.until()) + (bar.anchor() ? ", trusted root" : "");
        pen.text(SvgLetters.fit(bar.name(), 13, LEFT - MARGIN - 24), MARGIN + 12, y + 15, "font-size", 13);
        double from = scale.x(bar.from());
        double width = Math.max(scale.x(bar.until()) - from, 2.0);
        pen.rectangle(
                from,
                y + 2,
                width,
                LINE - 5,
                bar.name() + ": " + dates,
                "rx",
                3,
                "fill",
                bar.anchor() ? "#ffffff" : "#cfe3f7",
                "stroke",
                bar.anchor() ? "#9aa5b1" : "#5b8db8",
                "stroke-dasharray",
                bar.anchor() ? "4 3" : "none");
        String cut = (bar.from().isBefore(scale.from()) ? "◂ " : "")
                + dates
                + (bar.until().isAfter(scale.to()) ? " ▸" : "");
        if (SvgLetters.width(cut, LABEL) < width - 8) {
            label(cut, from + 6, "start", bar.anchor() ? PALE : "#1e3a56");
        } else if (from + width + SvgLetters.width(dates, LABEL) + 8 < RIGHT) {
            label(dates, from + width + 6, "start", PALE);
        } else if (from - SvgLetters.width(dates, LABEL) - 8 > LEFT) {
            label(dates, from - 6, "end", PALE);
        }
    }

    private void label(String text, double x, String anchor, String colour) {
        double base = y + 15;
        words.add(() -> pen.text(text, x, base, "font-size", LABEL, "fill", colour, "text-anchor", anchor));
    }

    private void section(String title) throws XMLStreamException {
        pen.text(title, MARGIN, y + 20, "font-size", 15, "font-weight", "bold");
        y += 30;
    }

    private void answers() throws XMLStreamException {
        section("Answers");
        for (int i = 0; i < timeline.rows().size(); i++) {
            Row row = timeline.rows().get(i);
            String title = row.machine()
                    .map(m -> row.title() + ", " + m.version().title())
                    .orElse(row.title());
            pen.element("g", () -> {
                pen.tag("title", row.machine().map(Object::toString).orElse(row.title()));
                pen.text(SvgLetters.fit(title, 13, LEFT - MARGIN - 24), MARGIN + 12, y + 19, "font-size", 13);
            });
            double made = scale.x(timeline.made());
            if (made > LEFT) {
                pen.rectangle(LEFT, y + 3, made - LEFT, ROW - 6, "before: not judged", "fill", "url(#absent)");
                String words = "not judged";
                if (i == 0 && SvgLetters.width(words, LABEL) < made - LEFT - 16) {
                    inside(words, LEFT + (made - LEFT) / 2, "middle");
                }
            }
            for (Span span : row.spans()) {
                answer(row, span);
            }
            y += ROW;
        }
    }

    private void answer(Row row, Span span) throws XMLStreamException {
        double from = scale.x(span.from());
        double until = span.until().map(scale::x).orElse(RIGHT);
        double width = Math.max(until - from, 2.0);
        String word = TimelineText.word(row, span.answer());
        String rule = span.rule().orElse("");
        pen.rectangle(
                from,
                y + 3,
                width,
                ROW - 6,
                word + " from " + span.from()
                        + span.until().map(u -> " to " + u).orElse("") + ": " + (rule.isEmpty() ? "" : rule + ": ")
                        + span.reason(),
                "fill",
                AnswerLook.fill(span.answer()),
                "stroke",
                AnswerLook.stroke(span.answer()));
        String sign = AnswerLook.sign(span.answer());
        String whole = sign + " " + word + (rule.isEmpty() ? "" : " · " + rule);
        if (SvgLetters.BOLD * SvgLetters.width(whole, LABEL) < width - 16) {
            inside(whole, from + 8, "start");
        } else if (SvgLetters.BOLD * SvgLetters.width(sign + " " + word, LABEL) < width - 6) {
            inside(sign + " " + word, from + width / 2, "middle");
        } else if (width > 12) {
            inside(sign, from + width / 2, "middle");
        }
    }

    /** On a pale plate, so that pattern and lines do not disturb reading. */
    private void inside(String text, double x, String anchor) {
        double length = SvgLetters.BOLD * SvgLetters.width(text, LABEL) + 6;
        double left = anchor.equals("start") ? x - 3 : x - length / 2;
        double row = y;
        words.add(() -> {
            pen.empty(
                    "rect",
                    "x",
                    left,
                    "y",
                    row + 7,
                    "width",
                    length,
                    "height",
                    ROW - 14,
                    "rx",
                    3,
                    "fill",
                    "#ffffff",
                    "fill-opacity",
                    "0.8");
            pen.text(text, x, row + 19, "font-size", LABEL, "text-anchor", anchor, "font-weight", "bold");
        });
    }

    static String day(Instant time) {
        return time.toString().substring(0, 10);
    }
}
