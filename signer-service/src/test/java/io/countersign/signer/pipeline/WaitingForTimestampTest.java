package io.countersign.signer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.fixture.PeSample;
import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.home.Policy;
import io.countersign.home.Window;
import io.countersign.hsm.Hsm;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.lab.PastPki;
import io.countersign.provenance.VerifyProvenance;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.artifact.disk.DiskArtifactStore;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Result;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.fixture.LabHome;
import io.countersign.signer.fixture.LabTsa;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.RequestQueue;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Completed;
import io.countersign.signer.request.SigningRequest.Denied;
import io.countersign.signer.request.SigningRequest.Failed;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.StoreUnavailable;
import io.countersign.signer.request.Submission;
import io.countersign.signer.request.jdbc.JdbcRequests;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.http.HttpTimestampSource;
import io.countersign.trust.TrustFolder;
import io.countersign.verify.Finding;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signatures whose authority is down, with the keys of the lab home and a clock that this test moves. */
class WaitingForTimestampTest {
    private static final Duration PATIENCE = Duration.ofHours(24);

    @TempDir
    Path folder;

    private Home home;
    private Configuration configuration;
    private LabTsa tsa;
    private Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private long keyUses;

    private final TimestampSource lab = imprint -> new HttpTimestampSource(
                    tsa.url(), Duration.ofSeconds(30), InstantSource.system(), Optional.empty())
            .timestamp(imprint);
    private TimestampSource other = lab;

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
    private final class Service {
        private final JdbcRequests requests = new JdbcRequests(Database.in(folder));
        private final JdbcAuditLog audit = new JdbcAuditLog(Database.in(folder));
        private final ArtifactStore artifacts =
                new DiskArtifactStore(folder.resolve("artifacts"), InstantSource.system());
        private SigningRules rules = new SigningRules(() -> configuration, audit::intentsUnder, request -> List.of());

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

    @Test
    void theSignatureIsKeptAndTimestampedLaterByANewProcessWithoutTheKey() throws Exception {
        Service first = new Service();
        UUID id = first.submit();
        first.attempt();

        assertThat(first.request(id)).isInstanceOfSatisfying(Queued.class, q -> {
            assertThat(q.notBefore()).isEqualTo(now.plusSeconds(5));
            assertThat(q.lastFailure().orElseThrow())
                    .contains("waiting for its timestamp until " + now.plus(PATIENCE), "503");
        });
        Digest kept = ((Outcome) first.audit.of(id).get(1)).output().orElseThrow();
        AuthenticodeSignature signature =
                AuthenticodeSignature.parse(Bytes.of(Files.readAllBytes(first.artifacts.file(kept))));
        assertThat(signature.holds()).isTrue();
        assertThat(signature.timestamps()).isEmpty();

        Service second = new Service();
        second.attempts(second.requests).resolveInterrupted();
        now = now.plusSeconds(5);
        second.attempt();
        now = now.plusSeconds(30);
        tsa.behave(LabTsa.Mode.GOOD);
        second.attempt();

        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
        assertThat(second.results(id)).containsExactly(Result.UNSTAMPED, Result.FAILED, Result.SIGNED);
        assertThat(second.audit.of(id).stream().filter(Intent.class::isInstance))
                .hasSize(1);
        Completed completed = (Completed) second.request(id);
        assertThat(new VerifyFile(roots("lab-root.pem"), roots("lab-timestamp-root.pem"), now)
                        .verify(second.artifacts.file(completed.signed()))
                        .verdict())
                .isInstanceOf(Verdict.Trusted.class);
        assertThat(AuthenticodeSignature.parse(Bytes.of(Files.readAllBytes(second.artifacts.file(kept))))
                        .timestamps())
                .isEmpty();
    }

    @Test
    void aProcessThatDiesBeforeTheQueueKnowsGoesOnWithTheSignatureToo() throws Exception {
        Service dying = new Service();
        UUID id = dying.submit();
        Processing held = dying.claim();
        Attempts attempts = dying.attempts(new Unwritable(dying.requests));
        assertThatThrownBy(() -> attempts.make(held)).isInstanceOf(StoreUnavailable.class);
        assertThat(dying.request(id)).isEqualTo(held);

        tsa.behave(LabTsa.Mode.GOOD);
        Service next = new Service();
        next.attempts(next.requests).resolveInterrupted();
        next.requests.releaseAll(now);
        next.attempt();

        assertThat(next.request(id)).isInstanceOf(Completed.class);
        assertThat(next.results(id)).containsExactly(Result.UNSTAMPED, Result.SIGNED);
        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
    }

    @Test
    void theLastSignatureOfABudgetIsFinishedAfterItsWindowToo() throws Exception {
        configuration = wanting(
                List.of(),
                List.of(new Window.Span(now, now.plusSeconds(5))),
                Optional.of(new Policy.Budget(1, Duration.ofDays(1))));
        Service service = new Service();
        UUID id = service.submit();
        service.attempt();
        tsa.behave(LabTsa.Mode.GOOD);
        now = now.plusSeconds(5);
        service.attempt();

        assertThat(service.request(id)).isInstanceOf(Completed.class);
        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
    }

    @Test
    void anAttemptCutOffAfterItsOutcomeIsNotHeldUpByItsOwnUseOfTheBudget() throws Exception {
        configuration = wanting(List.of(), List.of(), Optional.of(new Policy.Budget(1, Duration.ofDays(1))));
        tsa.behave(LabTsa.Mode.GOOD);
        Service service = new Service();
        UUID id = service.submit();
        Processing held = service.claim();
        Attempts attempts = service.attempts(new Unwritable(service.requests));
        assertThatThrownBy(() -> attempts.make(held)).isInstanceOf(StoreUnavailable.class);
        service.requests.releaseAll(now);
        service.attempt();

        assertThat(service.results(id)).containsExactly(Result.SIGNED, Result.SIGNED);
        assertThat(service.request(id)).isInstanceOf(Completed.class);
    }

    @Test
    void whoIsToldThatASignatureIsLeftAndComesSecondIsRefusedWithoutTheKey() throws Exception {
        configuration = wanting(List.of(), List.of(), Optional.of(new Policy.Budget(1, Duration.ofDays(1))));
        Service service = new Service();
        UUID id = service.submit();
        Processing held = service.claim();
        // As if another worker came between the question and the use.
        service.rules = Examples.rules(configuration);
        service.audit.append(new Intent(
                UUID.randomUUID(),
                1,
                now,
                "ci",
                "hello-driver",
                "test-signing",
                "publisher",
                held.submission().artifact(),
                held.submission().artifact()));
        service.attempts(service.requests).make(held);

        assertThat(service.request(id))
                .isInstanceOfSatisfying(
                        Denied.class, d -> assertThat(d.reason()).contains("allows 1 signatures", "they are used up"));
        assertThat(service.audit.of(id)).singleElement().isInstanceOf(AuditEvent.Refusal.class);
        assertThat(codeSignatures()).isEqualTo(keyUses);
    }

    @Test
    void aSignatureThatWaitedForTooLongIsGivenUpWithTheReason() throws Exception {
        Service service = new Service();
        UUID id = service.submit();
        Instant signed = now;
        service.attempt();
        int attempts = 1;
        while (service.request(id) instanceof Queued queued) {
            now = queued.notBefore();
            assertThat(now).isBeforeOrEqualTo(signed.plus(PATIENCE));
            service.attempt();
            attempts++;
        }

        assertThat(service.request(id))
                .isInstanceOfSatisfying(
                        Failed.class,
                        f -> assertThat(f.reason())
                                .contains("signed at " + signed, "could not be timestamped within PT24H", "503"));
        assertThat(attempts).isBetween(90, 100);
        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
    }

    @Test
    void aKeptSignatureThatWasChangedIsNotReleasedNorMadeAgain() throws Exception {
        Service service = new Service();
        UUID id = service.submit();
        service.attempt();
        Digest kept = ((Outcome) service.audit.of(id).get(1)).output().orElseThrow();
        byte[] octets = Files.readAllBytes(service.artifacts.file(kept));
        octets[octets.length - 1] ^= 1;
        Files.write(service.artifacts.file(kept), octets);
        tsa.behave(LabTsa.Mode.GOOD);
        now = now.plusSeconds(5);
        service.attempt();

        assertThat(service.request(id))
                .isInstanceOfSatisfying(
                        Failed.class, f -> assertThat(f.reason()).contains("is another now", "submit the file again"));
        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
    }

    @Test
    void finishingThatIsCutOffEachTimeIsGivenUp() throws Exception {
        Service service = new Service();
        UUID id = service.submit();
        service.attempt();
        now = now.plusSeconds(5);
        for (int i = 0; i < Attempts.MAXIMUM; i++) {
            service.claim();
            service.requests.releaseAll(now);
        }
        service.attempt();

        assertThat(service.request(id))
                .isInstanceOfSatisfying(
                        Failed.class, f -> assertThat(f.reason()).contains("cut off each time"));
        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
    }

    @Test
    void aSecondAuthorityIsWaitedForTooAndItsTokenStandsInTheRecord() throws Exception {
        tsa.behave(LabTsa.Mode.GOOD);
        configuration = wantingTwo();
        other = imprint -> {
            throw new TimestampUnavailable("the other is down");
        };
        Service service = new Service();
        UUID id = service.submit();
        service.attempt();
        assertThat(service.request(id))
                .isInstanceOfSatisfying(
                        Queued.class,
                        q -> assertThat(q.lastFailure().orElseThrow())
                                .contains("waiting for its timestamp", "the other is down"));

        other = lab;
        now = now.plusSeconds(5);
        service.attempt();
        assertThat(service.request(id))
                .isInstanceOfSatisfying(
                        Queued.class,
                        q -> assertThat(q.lastFailure().orElseThrow()).contains("the certificate of the first"));

        other = PastPki.timestamps(PastPki.timestamper(PastPki.root("Other Root"), "Other"), now);
        now = now.plusSeconds(30);
        service.attempt();
        Completed completed = (Completed) service.request(id);
        Path provenance = Files.writeString(folder.resolve("p.intoto.jsonl"), completed.provenance());
        assertThat(VerifyProvenance.verify(
                        service.artifacts.file(completed.signed()),
                        provenance,
                        roots("lab-evidence.pem").get(0)))
                .anyMatch(f -> f.check().equals("provenance.second-timestamp"))
                .allMatch(f -> f.outcome() == Finding.Outcome.PASSED);
        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
    }

    /** The lab's, but that the policy wants a second timestamp. */
    private Configuration wantingTwo() {
        return wanting(List.of("other"), List.of(), Optional.empty());
    }

    private Configuration wanting(List<String> second, List<Window> windows, Optional<Policy.Budget> budget) {
        Project project = configuration.project("hello-driver").orElseThrow();
        Policy policy = project.policy("test-signing").orElseThrow();
        Policy two = new Policy(
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
                        project.slug(), project.name(), project.repository(), project.webhooks(), List.of(two))));
    }

    /** The real queue, which does not take what became of a request. */
    private record Unwritable(RequestQueue queue) implements RequestQueue {
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

    private List<X509Certificate> roots(String pem) throws IOException {
        return PemCertificates.read(home.pki().resolve(pem));
    }

    private long codeSignatures() throws IOException {
        Path journal = home.log().resolve("key-use.jsonl");
        if (Files.notExists(journal)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(journal)) {
            return lines.filter(l -> l.contains("CODE_SIGNING")).count();
        }
    }
}
