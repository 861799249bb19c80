package io.countersign.cli;

import io.countersign.windows.timeline.Bar;
import io.countersign.windows.timeline.Event;
import io.countersign.windows.timeline.Row;
import io.countersign.windows.timeline.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where a time is in a picture.
 *
 * @param left the abscissa of {@code from}
 * @param right that of {@code to}
 */
record TimeScale(Instant from, Instant to, double left, double right) {
    private static final Duration FARTHEST = Duration.ofDays(40 * 365L);
    private static final Duration SHORTEST = Duration.ofDays(60);
    private static final int MOST_TICKS = 12;

    /** Shows what happens to leaves and answers; authorities live longer, and their bars go beyond the edges. */
    static TimeScale of(Timeline timeline, double left, double right) {
        TreeSet<Instant> times = new TreeSet<>(List.of(timeline.at(), timeline.made()));
        for (Row row : timeline.rows()) {
            row.spans().forEach(s -> times.add(s.from()));
        }
        Set<String> paths = new HashSet<>();
        for (Bar bar : timeline.bars()) {
            if (paths.add(bar.path()) && !bar.path().endsWith("timestamp")) {
                times.add(bar.from());
                times.add(bar.until());
            }
        }
        timeline.events().stream()
                .filter(e -> e.kind() != Event.Kind.VALID_FROM && e.kind() != Event.Kind.EXPIRES)
                .forEach(e -> times.add(e.time()));
        Instant first = max(times.first(), timeline.at().minus(FARTHEST));
        Instant last = min(times.last(), timeline.at().plus(FARTHEST));
        Duration margin = Duration.between(first, last).dividedBy(12).plus(SHORTEST.dividedBy(4));
        return new TimeScale(first.minus(margin), last.plus(margin), left, right);
    }

    private static Instant max(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static Instant min(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /** Its abscissa; the edge's if it lies beyond. */
    double x(Instant time) {
        if (time.isBefore(from)) {
            return left;
        }
        if (time.isAfter(to)) {
            return right;
        }
        double share = (double) Duration.between(from, time).toSeconds()
                / Duration.between(from, to).toSeconds();
        return left + share * (right - left);
    }

    /** A line of the grid. */
    record Tick(Instant time, String label) {}

    /** First days of years or, in a short time, of months; a dozen at most. */
    List<Tick> ticks() {
        long months = Duration.between(from, to).toDays() / 30 + 1;
        int step = 1;
        for (int candidate : new int[] {1, 2, 3, 6, 12, 24, 60, 120, 240}) {
            step = candidate;
            if (months / candidate <= MOST_TICKS) {
                break;
            }
        }
        ZonedDateTime first = from.atZone(ZoneOffset.UTC);
        int year = step > 12 ? first.getYear() / (step / 12) * (step / 12) : first.getYear();
        ZonedDateTime tick = ZonedDateTime.of(year, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
        List<Tick> ticks = new ArrayList<>();
        while (!tick.toInstant().isAfter(to)) {
            if (!tick.toInstant().isBefore(from)) {
                String label = step >= 12
                        ? String.valueOf(tick.getYear())
                        : tick.toString().substring(0, 7);
                ticks.add(new Tick(tick.toInstant(), label));
            }
            tick = tick.plusMonths(step);
        }
        return ticks;
    }
}
