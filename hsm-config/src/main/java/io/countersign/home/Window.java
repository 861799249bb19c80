package io.countersign.home;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A time in which a key may be used. */
public sealed interface Window {
    boolean contains(Instant at);

    /** For people, and the same for the same window. */
    String text();

    /** From the first instant, up to but without the second. */
    record Span(Instant from, Instant until) implements Window {
        @Override
        public boolean contains(Instant at) {
            return !at.isBefore(from) && at.isBefore(until);
        }

        @Override
        public String text() {
            return from + " to " + until;
        }
    }

    /** The same hours on some days of each week, from the first up to but without the second, by the clocks of a zone. */
    record Weekly(Set<DayOfWeek> days, LocalTime from, LocalTime until, ZoneId zone) implements Window {
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
        public String text() {
            return EnumSet.copyOf(days).stream()
                            .map(d -> d.getDisplayName(TextStyle.SHORT, Locale.ROOT))
                            .collect(Collectors.joining(" "))
                    + " " + from + " to " + until + " " + zone;
        }
    }
}
