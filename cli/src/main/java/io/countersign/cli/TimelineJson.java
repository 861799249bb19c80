package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.windows.timeline.Bar;
import io.countersign.windows.timeline.Event;
import io.countersign.windows.timeline.Row;
import io.countersign.windows.timeline.Timeline;
import java.util.Locale;

/** A timeline for programs, as docs/explain.schema.json has it. */
final class TimelineJson {
    private TimelineJson() {}

    static void describe(ObjectNode node, Timeline timeline) {
        node.put("at", timeline.at().toString())
                .put("from", timeline.made().toString())
                .put("fromTimestamp", timeline.stamped())
                .put("eventsLeft", timeline.left());
        ArrayNode certificates = node.putArray("certificates");
        for (Bar bar : timeline.bars()) {
            certificates
                    .addObject()
                    .put("path", bar.path())
                    .put("name", bar.name())
                    .put("notBefore", bar.from().toString())
                    .put("notAfter", bar.until().toString())
                    .put("anchor", bar.anchor());
        }
        ArrayNode events = node.putArray("events");
        for (Event event : timeline.events()) {
            events.addObject()
                    .put("time", event.time().toString())
                    .put("kind", word(event.kind()))
                    .put("text", event.text());
        }
        ArrayNode answers = node.putArray("answers");
        for (Row row : timeline.rows()) {
            ObjectNode entry = answers.addObject().put("by", row.id());
            row.machine().ifPresent(m -> entry.put("machine", m.toString()));
            ArrayNode spans = entry.putArray("spans");
            for (Row.Span span : row.spans()) {
                ObjectNode part = spans.addObject().put("from", span.from().toString());
                span.until().ifPresent(u -> part.put("until", u.toString()));
                part.put("answer", word(span.answer()));
                span.rule().ifPresent(r -> part.put("rule", r));
                part.put("reason", span.reason());
            }
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
