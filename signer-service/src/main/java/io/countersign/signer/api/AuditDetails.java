package io.countersign.signer.api;

import io.countersign.key.Digest;
import io.countersign.signer.audit.AuditEvent;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The members of an event as JSON has them; they are records, so a new kind needs nothing here. */
final class AuditDetails {
    private static final Set<String> SHOWN_ELSEWHERE = Set.of("request", "at");

    private AuditDetails() {}

    static Map<String, Object> of(AuditEvent event) {
        Map<String, Object> details = new LinkedHashMap<>();
        for (RecordComponent component : event.getClass().getRecordComponents()) {
            if (!SHOWN_ELSEWHERE.contains(component.getName())) {
                Object value = value(component, event);
                if (value instanceof Optional<?> optional) {
                    optional.ifPresent(v -> details.put(component.getName(), shown(v)));
                } else if (value != null) {
                    details.put(component.getName(), shown(value));
                }
            }
        }
        return details;
    }

    private static Object value(RecordComponent component, AuditEvent event) {
        try {
            return component.getAccessor().invoke(event);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record does not tell its " + component.getName(), e);
        }
    }

    private static Object shown(Object value) {
        if (value instanceof Digest digest) {
            return digest.algorithm().label() + ":" + digest.value().hex();
        }
        return value instanceof Integer ? value : value.toString();
    }
}
