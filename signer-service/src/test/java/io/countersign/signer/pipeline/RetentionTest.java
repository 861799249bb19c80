package io.countersign.signer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.home.Configuration;
import io.countersign.home.Policy;
import io.countersign.key.Digest;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.artifact.disk.DiskArtifactStore;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.fixture.ForwardingStore;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.Submission;
import io.countersign.signer.request.jdbc.JdbcArtifactUse;
import io.countersign.signer.request.jdbc.JdbcRequests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
    private static final Duration KEPT = Duration.ofDays(14);

    @TempDir
    private Path folder;

    private Instant now = Examples.NOW;
    private DataSource database;
    private JdbcRequests requests;
    private DiskArtifactStore artifacts;
    private Retention retention;

    @BeforeEach
    void start() throws IOException {
        database = Database.in(folder);
        requests = new JdbcRequests(database);
        artifacts = new DiskArtifactStore(folder.resolve("artifacts"), () -> now);
        retention = retention(artifacts, KEPT);
    }

    private Retention retention(ArtifactStore store, Duration kept) {
        Policy p = Examples.testSigning();
        Policy policy = new Policy(
                p.slug(),
                p.key(),
                p.digest(),
                p.timestampAuthorities(),
                p.secondTimestampAuthorities(),
                p.submitters(),
                p.approval(),
                p.origin(),
                p.windows(),
                p.budget(),
                p.appearance(),
                p.hashSigning(),
                Optional.of(kept));
        Configuration configuration = Examples.configuration(policy, Examples.releaseSigning());
        return new Retention(() -> configuration, new JdbcArtifactUse(database), store, () -> now);
    }

    private Digest kept(String text) throws IOException {
        return artifacts.keep(Files.writeString(folder.resolve("file"), text));
    }

    private SigningRequest ended(Digest artifact, String policy) {
        Submission s = Examples.submission();
        Queued queued = Queued.first(new Submission(
                UUID.randomUUID(),
                s.project(),
                policy,
                s.policyForm(),
                s.submitter(),
                s.fileName(),
                s.description(),
                artifact,
                s.size(),
                now,
                s.origin(),
                Optional.empty(),
                Optional.empty()));
        assertThat(requests.add(queued)).isTrue();
        var claimed = requests.claim("w", now, now.plusSeconds(60)).orElseThrow();
        SigningRequest failed = claimed.failed("told so", now);
        assertThat(requests.settle(claimed, failed)).isTrue();
        return failed;
    }

    private void isGone(Digest artifact) {
        assertThatThrownBy(() -> artifacts.file(artifact)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void artifactsGoWhenTheirTimeIsOverAndTheRequestStays() throws IOException {
        Digest artifact = kept("a");
        SigningRequest request = ended(artifact, "test-signing");
        now = now.plus(KEPT);
        retention.run();
        assertThat(artifacts.file(artifact)).exists();
        now = now.plusSeconds(1);
        retention.run();
        isGone(artifact);
        assertThat(requests.find(request.id())).contains(request);
        retention.run();
    }

    @Test
    void whatAnotherRequestHasStays() throws IOException {
        Digest artifact = kept("a");
        ended(artifact, "test-signing");
        ended(artifact, "release-signing");
        now = now.plus(KEPT).plusSeconds(1);
        retention.run();
        assertThat(artifacts.file(artifact)).exists();
    }

    @Test
    void aRequestThatWaitsKeepsItsFileHoweverOldAnotherIs() throws IOException {
        Digest artifact = kept("a");
        ended(artifact, "test-signing");
        now = now.plus(KEPT).plusSeconds(1);
        assertThat(kept("a")).isEqualTo(artifact);
        // Its request is written a moment later.
        retention.run();
        assertThat(artifacts.file(artifact)).exists();
    }

    @Test
    void whatIsKeptForLessThanAnHourGoesOnceTheHourIsOver() throws IOException {
        Digest artifact = kept("a");
        ended(artifact, "test-signing");
        Retention soon = retention(artifacts, Duration.ofMinutes(10));
        now = now.plus(Duration.ofMinutes(11));
        soon.run();
        assertThat(artifacts.file(artifact)).exists();
        now = now.plus(Duration.ofMinutes(50));
        soon.run();
        isGone(artifact);
    }

    @Test
    void whatCouldNotBeDeletedIsTriedAgain() throws IOException {
        Digest artifact = kept("a");
        ended(artifact, "test-signing");
        ended(artifact, "test-signing");
        now = now.plus(KEPT).plusSeconds(1);
        AtomicInteger tried = new AtomicInteger();
        retention(new Undeletable(artifacts, tried), KEPT).run();
        assertThat(tried).hasValue(1);
        assertThat(artifacts.file(artifact)).exists();
        retention.run();
        isGone(artifact);
    }

    /** A store on a disk that fails. */
    private static final class Undeletable extends ForwardingStore {
        private final AtomicInteger tried;

        Undeletable(ArtifactStore store, AtomicInteger tried) {
            super(store);
            this.tried = tried;
        }

        @Override
        public boolean delete(Digest sha256, Instant keptBefore) throws IOException {
            tried.incrementAndGet();
            throw new IOException("the disk fails");
        }
    }
}
