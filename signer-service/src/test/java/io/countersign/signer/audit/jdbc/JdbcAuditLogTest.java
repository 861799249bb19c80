package io.countersign.signer.audit.jdbc;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.signer.audit.AuditEvent.HashIntent;
import io.countersign.signer.audit.AuditEvent.HashOutcome;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Refusal;
import io.countersign.signer.audit.AuditEvent.Result;
import io.countersign.signer.audit.AuditUnavailable;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.Submission;
import io.countersign.signer.request.jdbc.JdbcRequests;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JdbcAuditLogTest {
    private static final UUID REQUEST = UUID.randomUUID();

    @TempDir
    Path folder;

    private DataSource database;
    private JdbcAuditLog log;

    @BeforeEach
    void open() {
        database = Database.in(folder);
        log = new JdbcAuditLog(database);
    }

    private static Intent intent(int attempt) {
        return intent(REQUEST, attempt, "hello-driver", "test-signing");
    }

    private static Intent intent(UUID request, int attempt, String project, String policy) {
        return new Intent(
                request,
                attempt,
                NOW,
                "ci",
                project,
                policy,
                "publisher",
                Examples.sha256("artifact"),
                Examples.sha256("policy"));
    }

    private static Intent another() {
        return intent(UUID.randomUUID(), 1, "hello-driver", "test-signing");
    }

    private static HashIntent digest() {
        return new HashIntent(
                UUID.randomUUID(),
                NOW,
                "ci",
                "configuration",
                "hello-driver",
                "test-signing",
                "publisher",
                Examples.sha256("digest"),
                Examples.sha256("policy"));
    }

    @Test
    void aBudgetHasRoomForFilesAndDigestsTogetherAndNotForMore() {
        assertThat(log.appendWithin(another(), 2, NOW)).isTrue();
        assertThat(log.appendWithin(intent(UUID.randomUUID(), 1, "hello-driver", "release-signing"), 1, NOW))
                .isTrue();
        assertThat(log.appendWithin(digest(), 2, NOW)).isTrue();
        Intent third = another();
        assertThat(log.appendWithin(third, 2, NOW)).isFalse();
        assertThat(log.of(third.request())).isEmpty();
        assertThat(log.appendWithin(digest(), 2, NOW)).isFalse();
        assertThat(log.appendWithin(third, 2, NOW.plusMillis(1))).isTrue();
    }

    @Test
    void whatARequestUsedItselfLeavesItRoomForAnotherAttempt() {
        assertThat(log.appendWithin(intent(1), 1, NOW)).isTrue();
        assertThat(log.intentsUnder("hello-driver", "test-signing", NOW, Optional.of(REQUEST)))
                .isZero();
        assertThat(log.intentsUnder("hello-driver", "test-signing", NOW, Optional.empty()))
                .isEqualTo(1);
        assertThat(log.appendWithin(intent(2), 1, NOW)).isTrue();
        assertThat(log.appendWithin(another(), 2, NOW)).isFalse();
    }

    @Test
    void ofManyAtOnceAsManyGoThroughAsThereIsRoomFor() throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> appended = workers.invokeAll(
                    Collections.nCopies(24, () -> new JdbcAuditLog(database).appendWithin(another(), 5, NOW)));
            int taken = 0;
            for (Future<Boolean> one : appended) {
                taken += one.get() ? 1 : 0;
            }
            assertThat(taken).isEqualTo(5);
        } finally {
            workers.shutdownNow();
        }
        assertThat(log.intentsUnder("hello-driver", "test-signing", NOW, Optional.empty()))
                .isEqualTo(5);
    }

    @Test
    void intentsOfOlderVersionsCountThroughTheirRequests() throws SQLException {
        Submission old = Examples.submission();
        new JdbcRequests(database).add(Queued.first(old));
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO audit_event (at, kind, request, attempt, actor, key_name, artifact_sha256,"
                    + " policy_sha256) VALUES (" + NOW.toEpochMilli() + ", 'INTENT', '" + old.id()
                    + "', 1, 'ci', 'publisher', '" + old.artifact().value().hex() + "', '"
                    + old.artifact().value().hex() + "')");
        }
        assertThat(log.appendWithin(another(), 1, NOW)).isFalse();
        assertThat(log.intentsUnder("hello-driver", "test-signing", NOW, Optional.of(old.id())))
                .isZero();
        assertThat(log.of(old.id())).singleElement().isInstanceOf(Intent.class);
    }

    private static Outcome outcome(int attempt, Result result) {
        return result == Result.SIGNED
                ? new Outcome(REQUEST, attempt, NOW, result, Optional.of(Examples.sha256("out")), Optional.empty())
                : new Outcome(REQUEST, attempt, NOW, result, Optional.empty(), Optional.of("the TSA is down"));
    }

    @Test
    void eventsComeBackInTheirOrderAsTheyWerePut() {
        Refusal refusal = new Refusal(REQUEST, NOW, "ci", "not a submitter");
        log.append(intent(1));
        log.append(outcome(1, Result.FAILED));
        log.append(intent(2));
        log.append(outcome(2, Result.SIGNED));
        log.append(refusal);

        assertThat(log.of(REQUEST))
                .containsExactly(intent(1), outcome(1, Result.FAILED), intent(2), outcome(2, Result.SIGNED), refusal);
        assertThat(log.of(UUID.randomUUID())).isEmpty();
    }

    @Test
    void anUnstampedSignatureIsOnRecordOnlyWithWhatItIsKeptAs() {
        Outcome kept = new Outcome(
                REQUEST, 1, NOW, Result.UNSTAMPED, Optional.of(Examples.sha256("sig")), Optional.of("the TSA is down"));
        log.append(kept);

        assertThat(log.of(REQUEST)).containsExactly(kept);
        assertThatThrownBy(() -> log.append(outcome(2, Result.UNSTAMPED))).isInstanceOf(AuditUnavailable.class);
    }

    @Test
    void aLogOfTheFirstVersionIsKeptWholeAndStaysAppendOnly() throws SQLException {
        Path old = folder.resolve("old");
        assertThat(old.toFile().mkdir()).isTrue();
        // The log as it is now writes what the first version had no columns for, so what that wrote is copied from it.
        log.append(intent(1));
        log.append(outcome(1, Result.FAILED));
        try (Connection first = Database.in(old, "1").getConnection();
                Statement statement = first.createStatement()) {
            String columns = "seq, at, kind, request, attempt, actor, key_name, artifact_sha256, policy_sha256, result,"
                    + " output_sha256, reason";
            statement.execute("ATTACH '" + folder.resolve("countersign.db") + "' AS present");
            statement.execute(
                    "INSERT INTO audit_event (" + columns + ") SELECT " + columns + " FROM present.audit_event");
        }
        DataSource migrated = Database.in(old);
        JdbcAuditLog after = new JdbcAuditLog(migrated);
        after.append(intent(2));

        assertThat(after.of(REQUEST)).containsExactly(intent(REQUEST, 1, "", ""), outcome(1, Result.FAILED), intent(2));
        assertThat(after.intentsWithoutOutcome()).containsExactly(intent(2));
        for (String change : new String[] {"DELETE FROM audit_event", "UPDATE audit_event SET actor = 'nobody'"}) {
            try (Connection connection = migrated.getConnection();
                    Statement statement = connection.createStatement()) {
                assertThatThrownBy(() -> statement.execute(change)).hasMessageContaining("append-only");
            }
        }
    }

    @Test
    void anIntentIsOpenUntilItsOwnAttemptHasAnOutcome() {
        log.append(intent(1));
        log.append(intent(2));
        log.append(outcome(1, Result.INTERRUPTED));
        assertThat(log.intentsWithoutOutcome()).containsExactly(intent(2));
        log.append(outcome(2, Result.SIGNED));
        assertThat(log.intentsWithoutOutcome()).isEmpty();
    }

    @Test
    void anIntentForADigestIsOpenUntilItHasItsOutcome() {
        HashIntent digest = digest();
        log.append(digest);
        log.append(intent(1));
        assertThat(log.intentsWithoutOutcome()).containsExactly(digest, intent(1));
        log.append(new HashOutcome(digest.request(), NOW, Optional.empty()));
        assertThat(log.intentsWithoutOutcome()).containsExactly(intent(1));
    }

    @Test
    void anAttemptHasOneIntentAndOneOutcome() {
        log.append(intent(1));
        log.append(outcome(1, Result.SIGNED));
        assertThatThrownBy(() -> log.append(intent(1))).isInstanceOf(AuditUnavailable.class);
        assertThatThrownBy(() -> log.append(outcome(1, Result.FAILED))).isInstanceOf(AuditUnavailable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UPDATE audit_event SET reason = 'better'", "DELETE FROM audit_event"})
    void whatIsWrittenCanNeitherBeChangedNorTakenAway(String sql) throws SQLException {
        log.append(intent(1));
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeUpdate(sql)).hasMessageContaining("append-only");
        }
        assertThat(log.of(REQUEST)).containsExactly(intent(1));
    }
}
