package io.countersign.signer.pipeline;

import io.countersign.fixture.PeSample;
import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.home.Policy;
import io.countersign.home.Window;
import io.countersign.hsm.Hsm;
import io.countersign.key.Digest;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.artifact.disk.DiskArtifactStore;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Result;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.LabHome;
import io.countersign.signer.fixture.LabTsa;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.RequestQueue;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.StoreUnavailable;
import io.countersign.signer.request.Submission;
import io.countersign.signer.request.jdbc.JdbcRequests;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.http.HttpTimestampSource;
import io.countersign.trust.TrustFolder;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Attempts with the keys of the lab home, a timestamp authority that is down, and a clock that the test moves. */
abstract class LabPipelineFixture {
    static final Duration PATIENCE = Duration.ofHours(24);

    @TempDir
    Path folder;

    Home home;
    Configuration configuration;
    LabTsa tsa;
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    long keyUses;

    final TimestampSource lab = imprint -> new HttpTimestampSource(
                    tsa.url(), Duration.ofSeconds(30), InstantSource.system(), Optional.empty())
            .timestamp(imprint);
    TimestampSource other = lab;

    @BeforeEach
    void open() throws Exception {
        home = LabHome.made();
        configuration = ConfigurationFile.read(home);
        tsa = LabTsa.start(home, LabTsa.Mode.DOWN);
        keyUses = codeSignatures();
    }

    @AfterEach
    void close() {
        tsa.close();
    }

    /** All that a process holds, over what outlives it. */
    final class Service {
        final JdbcRequests requests = new JdbcRequests(Database.in(folder));
        final JdbcAuditLog audit = new JdbcAuditLog(Database.in(folder));
        final ArtifactStore artifacts = new DiskArtifactStore(folder.resolve("artifacts"), InstantSource.system());
        SigningRules rules = new SigningRules(() -> configuration, audit::intentsUnder, request -> List.of());

        Service() throws IOException {}

        Attempts attempts(RequestQueue queue) throws IOException {
            PolicyResources resources = new PolicyResources(
                    () -> configuration,
                    Hsm.open(home, configuration),
                    names -> names.equals(List.of("other")) ? other : lab,
                    PemCertificates.read(home.pki().resolve("lab-timestamp-root.pem")),
                    new TrustFolder(home),
                    "evidence",
                    "test");
            SigningPipeline pipeline =
                    new SigningPipeline(rules, audit, artifacts, queue, resources, folder, () -> now);
            return new Attempts(rules, pipeline, audit, queue, Duration.ofSeconds(5), PATIENCE, () -> now);
        }

        void attempt() throws IOException {
            attempts(requests).make(claim());
        }

        Processing claim() {
            return requests.claim("w", now, now.plusSeconds(60)).orElseThrow();
        }

        SigningRequest request(UUID id) {
            return requests.find(id).orElseThrow();
        }

        UUID submit() throws IOException {
            Digest upload = artifacts.keep(PeSample.plus().writeTo(folder.resolve("upload")));
            Submission submission = new Submission(
                    UUID.randomUUID(),
                    "hello-driver",
                    "test-signing",
                    rules.form("hello-driver", "test-signing").text(),
                    "ci",
                    "hello.sys",
                    Optional.empty(),
                    upload,
                    1,
                    now,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
            requests.add(Queued.first(submission));
            return submission.id();
        }

        List<Result> results(UUID id) {
            return audit.of(id).stream()
                    .filter(Outcome.class::isInstance)
                    .map(e -> ((Outcome) e).result())
                    .toList();
        }
    }

    /** The lab's, but that the policy wants more. */
    Configuration wanting(List<String> second, List<Window> windows, Optional<Policy.Budget> budget) {
        Project project = configuration.project("hello-driver").orElseThrow();
        Policy policy = project.policy("test-signing").orElseThrow();
        Policy wanted = new Policy(
                policy.slug(),
                policy.key(),
                policy.digest(),
                policy.timestampAuthorities(),
                second,
                policy.submitters(),
                policy.approval(),
                policy.origin(),
                windows,
                budget,
                policy.appearance(),
                policy.hashSigning(),
                policy.retention());
        return new Configuration(
                configuration.organization(),
                configuration.pkiBaseUrl(),
                configuration.tokens(),
                configuration.keys(),
                configuration.timestampAuthorities(),
                configuration.issuers(),
                configuration.identities(),
                configuration.githubApi(),
                List.of(new Project(
                        project.slug(), project.name(), project.repository(), project.webhooks(), List.of(wanted))));
    }

    /** The real queue, which does not take what became of a request. */
    record Unwritable(RequestQueue queue) implements RequestQueue {
        @Override
        public Optional<Processing> claim(String worker, Instant at, Instant leaseUntil) {
            return queue.claim(worker, at, leaseUntil);
        }

        @Override
        public boolean renew(Processing held, Instant leaseUntil) {
            return queue.renew(held, leaseUntil);
        }

        @Override
        public boolean settle(Processing held, SigningRequest next) {
            throw new StoreUnavailable("the disk is gone", null);
        }

        @Override
        public List<Processing> releaseAll(Instant at) {
            return queue.releaseAll(at);
        }
    }

    List<X509Certificate> roots(String pem) throws IOException {
        return PemCertificates.read(home.pki().resolve(pem));
    }

    long codeSignatures() throws IOException {
        Path journal = home.log().resolve("key-use.jsonl");
        if (Files.notExists(journal)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(journal)) {
            return lines.filter(l -> l.contains("CODE_SIGNING")).count();
        }
    }
}
