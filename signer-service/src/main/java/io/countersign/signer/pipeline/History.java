package io.countersign.signer.pipeline;

import io.countersign.key.Digest;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Result;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What earlier attempts at a request came to, as the audit log has it. Immutable.
 *
 * @param unstamped the signature that waits for its timestamp, if the key has made one
 * @param outcomes how many attempts came to an end that this service wrote down itself
 */
record History(Optional<Unstamped> unstamped, int outcomes) {
    /**
     * A signature without its timestamp.
     *
     * @param signature SHA-256 of the octets it is kept as
     * @param begun when the attempt that used the key began
     * @param signed when it ended
     */
    record Unstamped(Digest signature, Instant begun, Instant signed) {}

    static History of(List<AuditEvent> events) {
        List<Outcome> outcomes = events.stream()
                .filter(Outcome.class::isInstance)
                .map(Outcome.class::cast)
                .toList();
        return new History(
                outcomes.stream()
                        .filter(o -> o.result() == Result.UNSTAMPED)
                        .findFirst()
                        .map(o -> new Unstamped(o.output().orElseThrow(), begun(events, o), o.at())),
                (int) outcomes.stream()
                        .filter(o -> o.result() != Result.INTERRUPTED)
                        .count());
    }

    private static Instant begun(List<AuditEvent> events, Outcome outcome) {
        return events.stream()
                .filter(e -> e instanceof Intent i && i.attempt() == outcome.attempt())
                .map(AuditEvent::at)
                .findFirst()
                .orElse(outcome.at());
    }
}
