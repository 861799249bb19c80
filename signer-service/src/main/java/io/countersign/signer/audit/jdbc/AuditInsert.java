package io.countersign.signer.audit.jdbc;

import io.countersign.signer.audit.AuditEvent;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The statement that appends an event, also for stores of the same database that change something together with it.
 *
 * @param values in the order of the statement's question marks
 */
public record AuditInsert(String sql, List<Object> values) {
    public static AuditInsert of(AuditEvent event) {
        Map<String, Object> columns = AuditRow.of(event);
        return new AuditInsert(
                "INSERT INTO audit_event (" + String.join(", ", columns.keySet()) + ") VALUES ("
                        + String.join(", ", Collections.nCopies(columns.size(), "?")) + ")",
                List.copyOf(columns.values()));
    }
}
