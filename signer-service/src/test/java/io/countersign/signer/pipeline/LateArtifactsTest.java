package io.countersign.signer.pipeline;

import static io.countersign.signer.fixture.Examples.NOW;
import static io.countersign.signer.fixture.Examples.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.fixture.PeSample;
import io.countersign.home.Configuration;
import io.countersign.home.Role;
import io.countersign.home.Window;
import io.countersign.key.Digest;
import io.countersign.policy.RuleId;
import io.countersign.policy.Violation;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.artifact.disk.DiskArtifactStore;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.fixture.ForwardingStore;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.pipeline.LateArtifacts.Announced;
import io.countersign.signer.pipeline.LateArtifacts.Announcement;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.AnnouncedRequests;
import io.countersign.signer.request.Draft;
import io.countersign.signer.request.RequestChanges;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.jdbc.JdbcDrafts;
import io.countersign.signer.request.jdbc.JdbcRequests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LateArtifactsTest {
    @TempDir
    private Path folder;

    private final AtomicReference<Configuration> configuration =
            new AtomicReference<>(Examples.configuration(Examples.testSigning(), Examples.releaseSigning()));
    private final AtomicReference<Instant> clock = new AtomicReference<>(NOW);
    private final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
    private final List<UUID> heard = new ArrayList<>();
    private AnnouncedRequests requests;
    private JdbcDrafts drafts;
    private AuditLog audit;
    private LateArtifacts late;
    private Intake intake;

    @BeforeEach
    void open() throws IOException {
        DataSource database = Database.in(folder);
        RequestChanges changes = new RequestChanges();
        requests = new AnnouncedRequests(new JdbcRequests(database), changes);
        drafts = new JdbcDrafts(database);
        audit = new JdbcAuditLog(database);
        changes.listen(id -> {
            synchronized (heard) {
                heard.add(id);
            }
        });
        SigningRules rules =
                new SigningRules(configuration::get, (project, policy, since, but) -> 0, request -> List.of());
        ArtifactStore artifacts = new Meanwhile(
                new DiskArtifactStore(folder.resolve("artifacts"), InstantSource.system()),
                () -> meanwhile.get().run());
        intake = new Intake(rules, audit, artifacts, requests, () -> {}, clock::get);
        late = new LateArtifacts(intake, artifacts, requests, drafts, changes, clock::get);
    }

    /** A store that takes its time. */
    private static final class Meanwhile extends ForwardingStore {
        private final Runnable what;

        Meanwhile(ArtifactStore store, Runnable what) {
            super(store);
            this.what = what;
        }

        @Override
        public Digest keep(Path file) throws IOException {
            what.run();
            return super.keep(file);
        }

        @Override
        public boolean keepAgain(Digest sha256) throws IOException {
            what.run();
            return super.keepAgain(sha256);
        }
    }

    @Test
    void aPolicyThatIsRemovedWhileTheFileIsKeptRefusesTheRequestAndOrphansNothing() throws Exception {
        Draft draft = announced();
        SigningRequest request = intake.submit(order(driver(1))).request();
        Configuration before = configuration.get();
        meanwhile.set(() -> configuration.set(Examples.configuration(Examples.releaseSigning())));
        for (Callable<SigningRequest> call : List.<Callable<SigningRequest>>of(
                () -> intake.submit(order(driver(2))).request(),
                () -> late.upload(caller("ci"), draft, "hello.sys", driver(3)),
                () -> intake.resubmit(caller("ci"), request, "test-signing", Optional.empty()))) {
            configuration.set(before);
            assertThat(requests.find(call.call().id())).get().isInstanceOf(Queued.class);
        }
    }

    private static Intake.Order order(Path file) {
        return new Intake.Order(
                caller("ci"),
                "hello-driver",
                "test-signing",
                Optional.empty(),
                Optional.empty(),
                "hello.sys",
                Optional.empty(),
                file);
    }

    private Announced announce(Caller caller, String policy, String key) throws Exception {
        return late.announce(
                new Announcement(caller, "hello-driver", policy, Optional.of("nightly"), Optional.ofNullable(key)));
    }

    private Draft announced() throws Exception {
        return drafts.find(announce(caller("ci"), "test-signing", null).id()).orElseThrow();
    }

    private Path driver(int salt) throws IOException {
        return Files.write(
                Files.createTempFile(folder, "upload", ".sys"),
                PeSample.plus().overlay(salt).toByteArray());
    }

    private static Caller builtFrom(String ref) {
        return new Caller("ci", Set.of(), Optional.empty(), Optional.of(Examples.builtFrom(ref)), "oidc:github:" + ref);
    }

    @Test
    void theSameAnnouncementIsFoundAfterItsWindowHasClosed() throws Exception {
        configuration.set(Examples.configuration(Examples.limited(
                Examples.testSigning(), List.of(new Window.Span(NOW, NOW.plusSeconds(60))), Optional.empty())));
        Announced first = announce(caller("ci"), "test-signing", "run-1");
        clock.set(NOW.plusSeconds(60));
        assertThat(announce(caller("ci"), "test-signing", "run-1")).isEqualTo(new Announced(first.id(), false));
        assertThat(catchThrowableOfType(SubmissionRefused.class, () -> announce(caller("ci"), "test-signing", "run-2"))
                        .violations())
                .extracting(Violation::rule)
                .containsExactly(RuleId.WINDOW_OPEN);
        Draft draft = drafts.find(first.id()).orElseThrow();
        assertThat(catchThrowableOfType(
                        SubmissionRefused.class, () -> late.upload(caller("ci"), draft, "hello.sys", driver(1))))
                .hasMessageContaining("signs only in its windows");
    }

    @Test
    void theFileMakesTheAnnouncementARequestUnderTheSameId() throws Exception {
        Draft draft = announced();
        SigningRequest request = late.upload(caller("ci"), draft, "hello.sys", driver(1));
        assertThat(request).isInstanceOf(Queued.class);
        assertThat(request.id()).isEqualTo(draft.id());
        assertThat(request.submission().description()).contains("nightly");
        assertThat(requests.find(draft.id())).contains(request);
        assertThat(drafts.find(draft.id())).isEmpty();
        assertThat(heard).containsExactly(draft.id(), draft.id());
    }

    @Test
    void whereThePolicyWantsApprovalsItWaitsForThemOnceItsFileIsHere() throws Exception {
        Draft draft = drafts.find(
                        announce(caller("ci"), "release-signing", null).id())
                .orElseThrow();
        assertThat(late.upload(caller("ci"), draft, "hello.sys", driver(1))).isInstanceOf(WaitingForApproval.class);
    }

    @Test
    void ofManyUploadsAndACancelationExactlyOneWins() throws Exception {
        for (int round = 0; round < 5; round++) {
            Draft draft = announced();
            List<Callable<String>> calls = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Path file = driver(i);
                calls.add(() -> late.upload(caller("ci"), draft, "hello.sys", file)
                        .submission()
                        .artifact()
                        .toString());
            }
            calls.add(() -> {
                late.cancel(caller("ci"), draft);
                return "canceled";
            });
            List<String> winners = new ArrayList<>();
            ExecutorService threads = Executors.newFixedThreadPool(calls.size());
            try {
                for (Future<String> call : threads.invokeAll(calls)) {
                    try {
                        winners.add(call.get());
                    } catch (java.util.concurrent.ExecutionException e) {
                        assertThat(e).hasCauseInstanceOf(Conflict.class);
                    }
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(winners).hasSize(1);
            String kept = requests.find(draft.id())
                    .map(r -> r.submission().artifact().toString())
                    .orElse("canceled");
            assertThat(winners).containsExactly(kept);
            assertThat(drafts.find(draft.id()).isPresent()).isEqualTo(kept.equals("canceled"));
        }
    }

    @Test
    void anotherBuildCannotSendItsFileUnderTheNameOfAVouchedForOne() throws Exception {
        Draft draft = drafts.find(announce(builtFrom("refs/heads/main"), "test-signing", null)
                        .id())
                .orElseThrow();
        assertThat(draft.origin()).isEqualTo(builtFrom("refs/heads/main").origin());
        for (Caller other : List.of(builtFrom("refs/pull/1/merge"), caller("ci"))) {
            SubmissionRefused refused = catchThrowableOfType(
                    SubmissionRefused.class, () -> late.upload(other, draft, "hello.sys", driver(1)));
            assertThat(refused.violations()).extracting(Violation::rule).containsExactly(RuleId.ORIGIN_VERIFIED);
        }
        assertThat(late.upload(builtFrom("refs/heads/main"), draft, "hello.sys", driver(1))
                        .submission()
                        .origin())
                .isEqualTo(draft.origin());
    }

    @Test
    void onlyWhoAnnouncedItUploadsOrCancelsItButForAdministrators() throws Exception {
        Draft draft = announced();
        assertThatThrownBy(() -> late.upload(caller("alice"), draft, "hello.sys", driver(1)))
                .isInstanceOf(SubmissionRefused.class);
        assertThatThrownBy(() -> late.cancel(caller("alice"), draft)).isInstanceOf(SubmissionRefused.class);
        Caller elsewhere = new Caller(
                "ci",
                Set.of(),
                Optional.of(new Caller.Scope("hello-driver", Optional.of("release-signing"))),
                Optional.empty(),
                "x");
        assertThat(catchThrowableOfType(SubmissionRefused.class, () -> late.cancel(elsewhere, draft))
                        .violations())
                .extracting(Violation::rule)
                .containsExactly(RuleId.SCOPE_COVERS);
        late.cancel(Caller.configured("alice", Set.of(Role.ADMINISTRATOR)), draft);
        assertThat(audit.of(draft.id()))
                .singleElement()
                .isInstanceOfSatisfying(
                        AuditEvent.Cancellation.class,
                        e -> assertThat(e.actor()).isEqualTo("alice"));
        assertThat(drafts.find(draft.id())).get().satisfies(d -> {
            assertThat(d.state()).isEqualTo(Draft.State.CANCELED);
            assertThat(d.reason()).contains("canceled by alice");
        });
    }

    @Test
    void aFileThatCannotBeSignedLeavesTheAnnouncementOpen() throws Exception {
        Draft draft = announced();
        Path text = Files.writeString(folder.resolve("text"), "no program");
        assertThatThrownBy(() -> late.upload(caller("ci"), draft, "hello.sys", text))
                .isInstanceOf(UnsignableUpload.class);
        assertThat(drafts.find(draft.id())).contains(draft);
    }

    @Test
    void aFileThatComesTooLateIsNotTaken() throws Exception {
        Draft draft = announced();
        clock.set(NOW.plus(LateArtifacts.PATIENCE));
        assertThatThrownBy(() -> late.upload(caller("ci"), draft, "hello.sys", driver(1)))
                .isInstanceOf(Conflict.class);
        assertThat(drafts.expire(NOW.plus(Duration.ofHours(23)))).isEmpty();
        assertThat(drafts.expire(clock.get())).containsExactly(draft.id());
        assertThat(drafts.find(draft.id()).orElseThrow().state()).isEqualTo(Draft.State.EXPIRED);
    }

    @Test
    void anOrderAnnouncedTwiceUnderOneKeyIsOneBeforeAndAfterItsFileCame() throws Exception {
        Announced first = announce(caller("ci"), "test-signing", "run-1");
        assertThat(first.fresh()).isTrue();
        assertThat(announce(caller("ci"), "test-signing", "run-1")).isEqualTo(new Announced(first.id(), false));
        late.upload(caller("ci"), drafts.find(first.id()).orElseThrow(), "hello.sys", driver(1));
        assertThat(announce(caller("ci"), "test-signing", "run-1")).isEqualTo(new Announced(first.id(), false));
    }

    @Test
    void anOrderThatCameToNothingGivesItsKeyBack() throws Exception {
        Announced first = announce(caller("ci"), "test-signing", "key");
        assertThat(announce(caller("ci"), "test-signing", "key").id()).isEqualTo(first.id());
        late.cancel(caller("ci"), drafts.find(first.id()).orElseThrow());
        Announced second = announce(caller("ci"), "test-signing", "key");
        assertThat(second.fresh()).isTrue();
        assertThat(second.id()).isNotEqualTo(first.id());
        late.upload(caller("ci"), drafts.find(second.id()).orElseThrow(), "hello.sys", driver(1));
        Queued request = (Queued) requests.find(second.id()).orElseThrow();
        assertThat(announce(caller("ci"), "test-signing", "key").id()).isEqualTo(second.id());
        assertThat(requests.replace(request, request.canceled("ci", NOW))).isTrue();
        Intake.Order order = new Intake.Order(
                caller("ci"),
                "hello-driver",
                "test-signing",
                Optional.empty(),
                Optional.of("key"),
                "hello.sys",
                Optional.empty(),
                driver(2));
        Intake.Taken third = intake.submit(order);
        assertThat(third.fresh()).isTrue();
        assertThat(requests.findByKey("ci", "hello-driver", "test-signing", "key"))
                .contains(third.request());
    }

    @Test
    void aKeyThatAWholeOrderUsedMeanwhileLeavesTheAnnouncementWithoutRequest() throws Exception {
        Draft draft = drafts.find(
                        announce(caller("ci"), "test-signing", "run-1").id())
                .orElseThrow();
        intake.submit(new Intake.Order(
                caller("ci"),
                "hello-driver",
                "test-signing",
                Optional.empty(),
                Optional.of("run-1"),
                "hello.sys",
                Optional.empty(),
                driver(1)));
        assertThatThrownBy(() -> late.upload(caller("ci"), draft, "hello.sys", driver(2)))
                .isInstanceOf(Conflict.class);
        assertThat(drafts.find(draft.id())).contains(draft);
        assertThat(requests.find(draft.id())).isEmpty();
    }

    @Test
    void whoMayNotSubmitMayNotAnnounce() {
        assertThatThrownBy(() -> announce(caller("stranger"), "test-signing", null))
                .isInstanceOf(SubmissionRefused.class);
    }

    @Test
    void aPolicyThatIsGoneWhenTheFileComesIsNotSignedUnder() throws Exception {
        Draft draft = announced();
        configuration.set(Examples.configuration(Examples.releaseSigning()));
        assertThatThrownBy(() -> late.upload(caller("ci"), draft, "hello.sys", driver(1)))
                .isInstanceOf(SubmissionRefused.class);
        assertThat(requests.find(draft.id())).isEmpty();
    }
}
