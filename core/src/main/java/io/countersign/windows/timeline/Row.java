package io.countersign.windows.timeline;

import io.countersign.windows.Machine;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The answers of one who judges, in order of time, without a hole between them.
 *
 * @param id {@code loader}, or that of the checker
 * @param title {@code kernel loader}, or the checker's command
 * @param machine whose loader it is; empty for a checker
 */
public record Row(String id, String title, Optional<Machine> machine, List<Span> spans) {
    public Row {
        spans = List.copyOf(spans);
    }

    /** What is answered, whoever is asked. */
    public enum Answer {
        ACCEPTS,
        WARNS,
        REFUSES,
        UNKNOWN,
        NOT_APPLICABLE
    }

    /**
     * A time during which the answer is the same, by the same rule.
     *
     * @param from its first instant
     * @param until the first instant after it; empty if nothing is known to end it
     * @param rule the id of the rule that decides; empty if none has a say
     * @param reason as of {@code from}
     */
    public record Span(Instant from, Optional<Instant> until, Answer answer, Optional<String> rule, String reason) {
        boolean holdsAt(Instant time) {
            return !time.isBefore(from) && until.map(time::isBefore).orElse(true);
        }
    }

    /** The answer at a time; empty before the first. */
    public Optional<Span> at(Instant time) {
        return spans.stream().filter(s -> s.holdsAt(time)).findFirst();
    }
}
