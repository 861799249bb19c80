package io.countersign.signer.audit.jdbc;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.Administration;
import io.countersign.signer.audit.AuditEvent.Approval;
import io.countersign.signer.audit.AuditEvent.Cancellation;
import io.countersign.signer.audit.AuditEvent.Denial;
import io.countersign.signer.audit.AuditEvent.HashIntent;
import io.countersign.signer.audit.AuditEvent.HashOutcome;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Refusal;
import io.countersign.signer.audit.AuditEvent.SignIn;
import io.countersign.signer.audit.AuditEvent.SignOut;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Events as rows of {@code audit_event}; columns that an event has nothing for are left out. */
final class AuditRow {
    private static final String ATTEMPT = "attempt";
    private static final String ACTOR = "actor";
    private static final String SESSION = "session";
    private static final String KEY = "key_name";
    private static final String ARTIFACT = "artifact_sha256";
    private static final String PROJECT = "project";
    private static final String POLICY = "policy";
    private static final String FORM = "policy_sha256";
    private static final String REASON = "reason";
    private static final String OUTPUT = "output_sha256";

    private final Map<String, Object> columns = new LinkedHashMap<>();

    private AuditRow(AuditEvent event, String kind) {
        with("at", event.at().toEpochMilli())
                .with("kind", kind)
                .with("request", event.request().toString());
    }

    private AuditRow with(String column, Object value) {
        columns.put(column, value);
        return this;
    }

    private AuditRow with(String column, Optional<?> value) {
        value.ifPresent(v -> columns.put(column, v));
        return this;
    }

    private AuditRow by(String actor, String session) {
        return with(ACTOR, actor).with(SESSION, session);
    }

    static Map<String, Object> of(AuditEvent event) {
        return row(event).columns;
    }

    private static AuditRow row(AuditEvent event) {
        if (event instanceof Intent i) {
            return new AuditRow(event, "INTENT")
                    .with(ATTEMPT, i.attempt())
                    .with(ACTOR, i.actor())
                    .with(PROJECT, i.project())
                    .with(POLICY, i.policy())
                    .with(KEY, i.key())
                    .with(ARTIFACT, hex(i.artifact()))
                    .with(FORM, hex(i.policyForm()));
        }
        if (event instanceof Outcome o) {
            return new AuditRow(event, "OUTCOME")
                    .with(ATTEMPT, o.attempt())
                    .with("result", o.result().name())
                    .with(OUTPUT, o.output().map(AuditRow::hex))
                    .with(REASON, o.reason());
        }
        if (event instanceof Approval a) {
            return new AuditRow(event, "APPROVAL")
                    .by(a.actor(), a.session())
                    .with(ARTIFACT, hex(a.artifact()))
                    .with(FORM, hex(a.policy()));
        }
        if (event instanceof Denial d) {
            return new AuditRow(event, "DENIAL").by(d.actor(), d.session()).with(REASON, d.reason());
        }
        if (event instanceof Cancellation c) {
            return new AuditRow(event, "CANCELLATION").by(c.actor(), c.session());
        }
        if (event instanceof HashIntent h) {
            return new AuditRow(event, "HASH_INTENT")
                    .by(h.actor(), h.session())
                    .with(PROJECT, h.project())
                    .with(POLICY, h.policy())
                    .with(KEY, h.key())
                    .with("digest", h.digest().algorithm().label() + ":" + hex(h.digest()))
                    .with(FORM, hex(h.policyForm()));
        }
        if (event instanceof HashOutcome h) {
            return new AuditRow(event, "HASH_OUTCOME").with(REASON, h.failure());
        }
        if (event instanceof Administration a) {
            return new AuditRow(event, "ADMINISTRATION")
                    .by(a.actor(), a.session())
                    .with(REASON, a.what());
        }
        if (event instanceof SignIn s) {
            return new AuditRow(event, "SIGN_IN").by(s.actor(), s.session()).with(REASON, s.knownBy());
        }
        if (event instanceof SignOut s) {
            return new AuditRow(event, "SIGN_OUT").by(s.actor(), s.session());
        }
        Refusal r = (Refusal) event;
        return new AuditRow(event, "REFUSAL").with(ACTOR, r.actor()).with(REASON, r.reason());
    }

    static AuditEvent read(ResultSet row) throws SQLException {
        UUID request = UUID.fromString(row.getString("request"));
        Instant at = Instant.ofEpochMilli(row.getLong("at"));
        int attempt = row.getInt(ATTEMPT);
        String actor = row.getString(ACTOR);
        String session = row.getString(SESSION);
        String reason = row.getString(REASON);
        String kind = row.getString("kind");
        return switch (kind) {
            case "INTENT" ->
                new Intent(
                        request,
                        attempt,
                        at,
                        actor,
                        orEmpty(row.getString(PROJECT)),
                        orEmpty(row.getString(POLICY)),
                        row.getString(KEY),
                        sha256(row, ARTIFACT),
                        sha256(row, FORM));
            case "OUTCOME" ->
                new Outcome(
                        request,
                        attempt,
                        at,
                        AuditEvent.Result.valueOf(row.getString("result")),
                        row.getString(OUTPUT) == null ? Optional.empty() : Optional.of(sha256(row, OUTPUT)),
                        Optional.ofNullable(reason));
            case "APPROVAL" -> new Approval(request, at, actor, session, sha256(row, ARTIFACT), sha256(row, FORM));
            case "DENIAL" -> new Denial(request, at, actor, session, reason);
            case "CANCELLATION" -> new Cancellation(request, at, actor, session);
            case "HASH_INTENT" ->
                new HashIntent(
                        request,
                        at,
                        actor,
                        session,
                        row.getString(PROJECT),
                        row.getString(POLICY),
                        row.getString(KEY),
                        digest(row.getString("digest")),
                        sha256(row, FORM));
            case "HASH_OUTCOME" -> new HashOutcome(request, at, Optional.ofNullable(reason));
            case "ADMINISTRATION" -> new Administration(request, at, actor, session, reason);
            case "SIGN_IN" -> new SignIn(request, at, actor, session, reason);
            case "SIGN_OUT" -> new SignOut(request, at, actor, session);
            case "REFUSAL" -> new Refusal(request, at, actor, reason);
            default -> throw new SQLException("audit event of unknown kind " + kind);
        };
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    private static String hex(Digest digest) {
        return digest.value().hex();
    }

    private static Digest sha256(ResultSet row, String column) throws SQLException {
        return new Digest(DigestAlgorithm.SHA256, Bytes.ofHex(row.getString(column)));
    }

    private static Digest digest(String text) {
        int colon = text.indexOf(':');
        return new Digest(
                DigestAlgorithm.valueOf(text.substring(0, colon).toUpperCase(Locale.ROOT)),
                Bytes.ofHex(text.substring(colon + 1)));
    }
}
