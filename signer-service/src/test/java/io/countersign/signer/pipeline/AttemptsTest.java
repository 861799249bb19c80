package io.countersign.signer.pipeline;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.PeSample;
import io.countersign.home.Configuration;
import io.countersign.home.Home;
import io.countersign.home.Policy;
import io.countersign.home.Window;
import io.countersign.hsm.Hsm;
import io.countersign.key.DigestAlgorithm;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.artifact.disk.DiskArtifactStore;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.HashIntent;
import io.countersign.signer.audit.AuditEvent.HashOutcome;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Refusal;
import io.countersign.signer.audit.AuditEvent.Result;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.RequestQueue;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Denied;
import io.countersign.signer.request.SigningRequest.Failed;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.Submission;
import io.countersign.signer.request.jdbc.JdbcRequests;
import io.countersign.timestamp.http.HttpTimestampSource;
import io.countersign.trust.TrustFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of attempts that cannot succeed: the home of these tests has a configuration, but no tokens. */
class AttemptsTest {
    @TempDir
    Path folder;

    private JdbcRequests requests;
    private JdbcAuditLog audit;
    private ArtifactStore artifacts;

    @BeforeEach
    void open() throws IOException {
        DataSource database = Database.in(folder);
        requests = new JdbcRequests(database);
        audit = new JdbcAuditLog(database);
        artifacts = new DiskArtifactStore(folder.resolve("artifacts"), InstantSource.system());
    }

    private Attempts attempts(Configuration present) {
        SigningRules rules = Examples.rules(present);
        PolicyResources resources = new PolicyResources(
                () -> present,
                Hsm.open(new Home(folder), present),
                names -> new HttpTimestampSource(
                        URI.create("http://127.0.0.1:9/"),
                        Duration.ofSeconds(1),
                        InstantSource.system(),
                        Optional.empty()),
                List.of(),
                new TrustFolder(new Home(folder)),
                "evidence",
                "test");
        SigningPipeline pipeline = new SigningPipeline(rules, audit, artifacts, requests, resources, folder, () -> NOW);
        return new Attempts(rules, pipeline, audit, requests, Duration.ofSeconds(5), Duration.ofHours(24), () -> NOW);
    }

    private Processing claimed(int attempt) throws IOException {
        return claimed(attempt, Examples.configuration(Examples.testSigning()), Examples.testSigning());
    }

    private Processing claimed(int attempt, Configuration configuration, Policy policy) throws IOException {
        Submission example = Examples.submission(configuration, policy);
        Path upload = PeSample.plus().writeTo(folder.resolve("upload"));
        Submission submission = new Submission(
                example.id(),
                example.project(),
                example.policy(),
                example.policyForm(),
                example.submitter(),
                example.fileName(),
                example.description(),
                artifacts.keep(upload),
                1,
                NOW,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        requests.add(Queued.first(submission));
        Processing held = requests.claim("w", NOW, NOW).orElseThrow();
        while (held.attempt() < attempt) {
            held = requests.claim("w", NOW, NOW).orElseThrow();
        }
        return held;
    }

    private SigningRequest after(Processing request) {
        return requests.find(request.id()).orElseThrow();
    }

    @Test
    void aPolicyChangedSinceSubmissionDeniesTheRequestAndIsOnRecord() throws IOException {
        Processing request = claimed(1);
        Policy changed = new Policy("test-signing", "other", DigestAlgorithm.SHA256, List.of("lab"), List.of("ci"));

        attempts(Examples.configuration(changed)).make(request);

        assertThat(after(request))
                .isInstanceOfSatisfying(
                        Denied.class,
                        d -> assertThat(d.reason())
                                .contains("key was \"publisher\" and is \"other\"")
                                .contains("submit the file again"));
        assertThat(audit.of(request.id())).singleElement().isInstanceOf(Refusal.class);
    }

    @Test
    void whatIsApprovedOutsideTheWindowsWaitsForTheNextAndIsNoAttempt() throws IOException {
        Policy monday = Examples.limited(
                Examples.testSigning(),
                List.of(
                        new Window.Span(NOW.plus(Duration.ofDays(3)), NOW.plus(Duration.ofDays(4))),
                        new Window.Span(NOW.plus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(2)))),
                Optional.empty());
        Configuration configuration = Examples.configuration(monday);
        Processing request = claimed(1, configuration, monday);

        attempts(configuration).make(request);

        Instant opening = NOW.plus(Duration.ofDays(1));
        assertThat(after(request)).isInstanceOfSatisfying(Queued.class, q -> {
            assertThat(q.attempts()).isZero();
            assertThat(q.notBefore()).isEqualTo(opening);
            assertThat(q.lastFailure().orElseThrow())
                    .contains("signs only in its windows", "it waits for the next, which opens at " + opening);
        });
        assertThat(audit.of(request.id())).isEmpty();
        assertThat(requests.claim("w", opening.minusMillis(1), opening)).isEmpty();
        assertThat(requests.claim("w", opening, opening))
                .hasValueSatisfying(p -> assertThat(p.attempt()).isEqualTo(1));
    }

    @Test
    void whatIsPutOffMayBeCanceled() throws IOException {
        Policy tomorrow = Examples.limited(
                Examples.testSigning(),
                List.of(new Window.Span(NOW.plus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(2)))),
                Optional.empty());
        Configuration configuration = Examples.configuration(tomorrow);
        Processing request = claimed(2, configuration, tomorrow);
        attempts(configuration).make(request);
        Queued queued = (Queued) after(request);
        assertThat(queued.attempts()).isEqualTo(1);
        assertThat(requests.replace(queued, queued.canceled("ci", NOW))).isTrue();
    }

    @Test
    void whatNoWindowWillComeForIsRefused() throws IOException {
        Policy over = Examples.limited(
                Examples.testSigning(), List.of(new Window.Span(NOW.minusSeconds(60), NOW)), Optional.empty());
        Configuration configuration = Examples.configuration(over);
        Processing request = claimed(1, configuration, over);
        attempts(configuration).make(request);
        assertThat(after(request))
                .isInstanceOfSatisfying(
                        Denied.class, d -> assertThat(d.reason()).contains("signs only in its windows"));
        assertThat(audit.of(request.id())).singleElement().isInstanceOf(Refusal.class);
    }

    @Test
    void aKeyThatCannotComeBackFailsTheRequestAtOnceWithTheReason() throws IOException {
        Processing request = claimed(1);

        attempts(Examples.configuration(Examples.testSigning())).make(request);

        assertThat(after(request))
                .isInstanceOfSatisfying(
                        Failed.class,
                        f -> assertThat(f.reason())
                                .startsWith("the PKCS#11 module of token 'signing' is not at /nowhere.so")
                                .contains("correct 'module' in countersign.yaml"));
        assertThat(audit.of(request.id()))
                .singleElement()
                .isInstanceOfSatisfying(
                        Outcome.class, o -> assertThat(o.result()).isEqualTo(Result.FAILED));
    }

    @Test
    void aFileThatIsGoneIsTriedAgainLaterAndLaterAndThenGivenUp() throws IOException {
        Processing request = claimed(1);
        Files.delete(artifacts.file(request.submission().artifact()));
        Attempts attempts = attempts(Examples.configuration(Examples.testSigning()));

        attempts.make(request);
        assertThat(after(request))
                .isInstanceOfSatisfying(
                        Queued.class, q -> assertThat(q.notBefore()).isEqualTo(NOW.plusSeconds(5)));
        attempts.make(requests.claim("w", NOW.plusSeconds(5), NOW).orElseThrow());
        assertThat(after(request))
                .isInstanceOfSatisfying(
                        Queued.class, q -> assertThat(q.notBefore()).isEqualTo(NOW.plusSeconds(30)));
        attempts.make(requests.claim("w", NOW.plusSeconds(30), NOW).orElseThrow());
        assertThat(after(request))
                .isInstanceOfSatisfying(
                        Failed.class, f -> assertThat(f.reason()).contains("after 3 attempts"));
    }

    @Test
    void aRequestWhoseAttemptsAreAllCutOffIsGivenUpWithoutTouchingTheKey() throws IOException {
        Processing request = claimed(4);

        attempts(Examples.configuration(Examples.testSigning())).make(request);

        assertThat(after(request))
                .isInstanceOfSatisfying(
                        Failed.class, f -> assertThat(f.reason()).contains("cut off"));
        assertThat(audit.of(request.id())).noneMatch(Intent.class::isInstance);
    }

    @Test
    void anIntentWithoutOutcomeIsResolvedAsInterruptedWhenTheRequestIsTakenUpAgain() throws IOException {
        Processing request = claimed(2);
        Intent cutOff = new Intent(
                request.id(),
                1,
                NOW,
                "ci",
                "hello-driver",
                "test-signing",
                "publisher",
                request.submission().artifact(),
                Examples.sha256("policy"));
        audit.append(cutOff);

        attempts(Examples.configuration(Examples.testSigning())).make(request);

        AuditEvent resolution = audit.of(request.id()).get(1);
        assertThat(resolution).isInstanceOfSatisfying(Outcome.class, o -> {
            assertThat(o.attempt()).isEqualTo(1);
            assertThat(o.result()).isEqualTo(Result.INTERRUPTED);
            assertThat(o.output()).isEqualTo(Optional.empty());
        });
    }

    @Test
    void aDigestWhoseSigningWasCutOffIsResolvedAtStartUp() {
        HashIntent cutOff = new HashIntent(
                UUID.randomUUID(),
                NOW,
                "ci",
                "configuration",
                "hello-driver",
                "test-signing",
                "publisher",
                Examples.sha256("digest"),
                Examples.sha256("policy"));
        audit.append(cutOff);

        attempts(Examples.configuration(Examples.testSigning())).resolveInterrupted();

        assertThat(audit.intentsWithoutOutcome()).isEmpty();
        assertThat(audit.of(cutOff.request()).get(1))
                .isInstanceOfSatisfying(
                        HashOutcome.class,
                        o -> assertThat(o.failure().orElseThrow()).contains("the process ended between"));
    }

    /** The real queue, with something in front of each claim. */
    private record Disturbed(RequestQueue queue, Runnable beforeClaim) implements RequestQueue {
        @Override
        public Optional<Processing> claim(String worker, Instant now, Instant leaseUntil) {
            beforeClaim.run();
            return queue.claim(worker, now, leaseUntil);
        }

        @Override
        public boolean renew(Processing held, Instant leaseUntil) {
            return queue.renew(held, leaseUntil);
        }

        @Override
        public boolean settle(Processing held, SigningRequest next) {
            return queue.settle(held, next);
        }

        @Override
        public List<Processing> releaseAll(Instant now) {
            return queue.releaseAll(now);
        }
    }

    private static void until(BooleanSupplier condition) {
        Instant deadline = Instant.now().plusSeconds(30);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    @Test
    void aWorkerOutlivesWhatNobodyForesaw() throws IOException {
        Processing request = claimed(1);
        AtomicInteger claims = new AtomicInteger();
        RequestQueue disturbed = new Disturbed(requests, () -> {
            int claim = claims.incrementAndGet();
            if (claim == 1) {
                throw new IllegalStateException("row in a state nobody foresaw");
            }
            if (claim == 2) {
                throw new OutOfMemoryError("not really");
            }
        });
        SigningWorkers workers = new SigningWorkers(
                disturbed, attempts(Examples.configuration(Examples.testSigning())), 1, () -> {}, () -> NOW);
        assertThat(workers.alive()).isFalse();
        workers.start();
        try {
            until(() -> after(request) instanceof Failed);
            assertThat(workers.alive()).isTrue();
        } finally {
            workers.stop(Duration.ofSeconds(5));
        }
        assertThat(workers.alive()).isFalse();
    }

    /** The real queue, whose requests take long until they were renewed, or until it is too late. */
    private record Slow(RequestQueue queue, CountDownLatch renewed) implements RequestQueue {
        @Override
        public Optional<Processing> claim(String worker, Instant now, Instant leaseUntil) {
            return queue.claim(worker, now, leaseUntil);
        }

        @Override
        public boolean renew(Processing held, Instant leaseUntil) {
            renewed.countDown();
            return queue.renew(held, leaseUntil);
        }

        @Override
        public boolean settle(Processing held, SigningRequest next) {
            try {
                return renewed.await(10, TimeUnit.SECONDS) && queue.settle(held, next);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public List<Processing> releaseAll(Instant now) {
            return queue.releaseAll(now);
        }
    }

    @Test
    void aChoreThatTakesLongCostsNobodyALease() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        SigningWorkers workers = new SigningWorkers(
                new Slow(requests, new CountDownLatch(1)),
                attempts(Examples.configuration(Examples.testSigning())),
                1,
                () -> {
                    begun.countDown();
                    try {
                        enough.await(30, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                Duration.ofMillis(50),
                Duration.ofMillis(1),
                () -> NOW);
        workers.start();
        try {
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            Processing request = claimed(0);
            requests.releaseAll(NOW);
            until(() -> after(request) instanceof Failed);
        } finally {
            enough.countDown();
            workers.stop(Duration.ofSeconds(5));
        }
    }

    @Test
    void aWorkerThatIsStuckIsNotAlive() {
        AtomicReference<Instant> clock = new AtomicReference<>(NOW);
        CountDownLatch stuck = new CountDownLatch(1);
        RequestQueue disturbed = new Disturbed(requests, () -> {
            stuck.countDown();
            LockSupport.parkNanos(Duration.ofSeconds(30).toNanos());
        });
        SigningWorkers workers = new SigningWorkers(
                disturbed, attempts(Examples.configuration(Examples.testSigning())), 1, () -> {}, clock::get);
        workers.start();
        until(() -> stuck.getCount() == 0);
        assertThat(workers.alive()).isTrue();
        clock.set(NOW.plus(Duration.ofMinutes(11)));
        assertThat(workers.alive()).isFalse();
        workers.stop(Duration.ofMillis(10));
    }
}
