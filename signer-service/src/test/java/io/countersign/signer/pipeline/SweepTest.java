package io.countersign.signer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.key.Digest;
import io.countersign.signer.artifact.disk.DiskArtifactStore;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.request.Draft;
import io.countersign.signer.request.Drafts;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.Submission;
import io.countersign.signer.request.jdbc.JdbcArtifactUse;
import io.countersign.signer.request.jdbc.JdbcDrafts;
import io.countersign.signer.request.jdbc.JdbcRequests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {
    @TempDir
    private Path folder;

    private Instant now = Examples.NOW;
    private DiskArtifactStore artifacts;
    private JdbcRequests requests;
    private AuditLog audit;
    private Drafts drafts;
    private Sweep sweep;

    @BeforeEach
    void open() throws IOException {
        DataSource database = Database.in(folder);
        artifacts = new DiskArtifactStore(folder.resolve("artifacts"), () -> now);
        requests = new JdbcRequests(database);
        audit = new JdbcAuditLog(database);
        drafts = new JdbcDrafts(database);
        sweep = new Sweep(artifacts, new JdbcArtifactUse(database), audit, drafts, () -> now);
    }

    private Digest kept(String text) throws IOException {
        return artifacts.keep(Files.writeString(folder.resolve("file"), text));
    }

    private void isGone(Digest artifact) {
        assertThatThrownBy(() -> artifacts.file(artifact)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void whatNothingUsesGoesAfterAnHourAndAllElseStays() throws IOException {
        Digest submitted = kept("submitted");
        Submission s = Examples.submission();
        requests.add(Queued.first(new Submission(
                s.id(),
                s.project(),
                s.policy(),
                s.policyForm(),
                s.submitter(),
                s.fileName(),
                s.description(),
                submitted,
                s.size(),
                now,
                Optional.empty(),
                Optional.empty(),
                Optional.empty())));
        Digest signature = kept("signature");
        audit.append(new AuditEvent.Outcome(
                s.id(),
                1,
                now,
                AuditEvent.Result.UNSTAMPED,
                Optional.of(signature),
                Optional.of("the authority is down")));
        Digest orphan = kept("orphan");
        sweep.run();
        assertThat(artifacts.file(orphan)).exists();

        now = now.plus(Duration.ofMinutes(61));
        Digest justKept = kept("just kept");
        sweep.run();
        isGone(orphan);
        assertThat(artifacts.after(Optional.empty(), 9)).containsExactlyInAnyOrder(submitted, signature, justKept);
    }

    @Test
    void aLargeStoreIsSweptInSeveralRuns() throws IOException {
        List<Digest> orphans = new ArrayList<>();
        for (int i = 0; i < 201; i++) {
            orphans.add(kept("orphan " + i));
        }
        now = now.plus(Duration.ofMinutes(61));
        sweep.run();
        assertThat(artifacts.after(Optional.empty(), 9)).hasSize(1);
        sweep.run();
        orphans.forEach(this::isGone);
    }

    @Test
    void announcementsThatEndedLongAgoAreForgotten() {
        Draft canceled = announced();
        Draft open = announced();
        drafts.cancel(canceled, new AuditEvent.Cancellation(canceled.id(), now, "ci", "configuration"));
        now = now.plus(Duration.ofDays(30));
        sweep.run();
        assertThat(drafts.find(canceled.id())).isPresent();
        now = now.plus(Duration.ofHours(1));
        sweep.run();
        assertThat(drafts.find(canceled.id())).isEmpty();
        assertThat(drafts.find(open.id())).isPresent();
    }

    private Draft announced() {
        Draft draft = new Draft(
                UUID.randomUUID(),
                "hello-driver",
                "test-signing",
                "ci",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                now,
                now.plus(Duration.ofDays(1)),
                Draft.State.OPEN,
                Optional.empty());
        assertThat(drafts.open(draft)).isTrue();
        return draft;
    }
}
