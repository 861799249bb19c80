package io.countersign.home;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A time in which a key may be used. */
public sealed interface Window {
    boolean contains(Instant at);

    /** When it opens next after a time; empty if it does not. */
    Optional<Instant> nextOpening(Instant after);

    /** For people, and the same for the same window. */
    String text();

    /** From the first instant, up to but without the second. */
    record Span(Instant from, Instant until) implements Window {
        @Override
        public boolean contains(Instant at) {
            return !at.isBefore(from) && at.isBefore(until);
        }

        @Override
        public Optional<Instant> nextOpening(Instant after) {
            return from.isAfter(after) ? Optional.of(from) : Optional.empty();
        }

        @Override
        public String text() {
            return from + " to " + until;
        }
    }

    /** The same hours on some days of each week, from the first up to but without the second, by the clocks of a zone. */
    record Weekly(Set<DayOfWeek> days, LocalTime from, LocalTime until, ZoneId zone) implements Window {
        private static final int DAYS_AHEAD = 15;

        public Weekly {
            days = Set.copyOf(days);
        }

        @Override
        public boolean contains(Instant at) {
            ZonedDateTime there = at.atZone(zone);
            LocalTime time = there.toLocalTime();
            return days.contains(there.getDayOfWeek()) && !time.isBefore(from) && time.isBefore(until);
        }

        @Override
        public Optional<Instant> nextOpening(Instant after) {
            LocalDate today = after.atZone(zone).toLocalDate();
            // Where clocks are put forward over a whole window there is none that day, hence the second week.
            return Stream.iterate(today, day -> day.plusDays(1))
                    .limit(DAYS_AHEAD)
                    .filter(day -> days.contains(day.getDayOfWeek()))
                    .map(day -> day.atTime(from).atZone(zone).toInstant())
                    .filter(opening -> opening.isAfter(after) && contains(opening))
                    .findFirst();
        }

        @Override
        public String text() {
            return EnumSet.copyOf(days).stream()
                            .map(d -> d.getDisplayName(TextStyle.SHORT, Locale.ROOT))
                            .collect(Collectors.joining(" "))
                    + " " + from + " to " + until + " " + zone;
        }
    }
}
