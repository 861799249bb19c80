package io.countersign.signer.pipeline;

import static io.countersign.signer.fixture.Examples.NOW;
import static io.countersign.signer.fixture.Examples.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.fixture.PeSample;
import io.countersign.home.Configuration;
import io.countersign.home.Policy;
import io.countersign.policy.RuleId;
import io.countersign.policy.Violation;
import io.countersign.signer.artifact.disk.DiskArtifactStore;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.policy.Decision;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.Approval;
import io.countersign.signer.request.Approvals;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.jdbc.JdbcApprovals;
import io.countersign.signer.request.jdbc.JdbcRequests;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A policy that wants two approvals, and everybody who may say something. */
abstract class DeskFixture {
    static final Duration WEEK = Duration.ofDays(7);

    @TempDir
    Path folder;

    final AtomicReference<Configuration> configuration =
            new AtomicReference<>(Examples.configuration(wanting(2, "alice", "bob", "carol")));
    final AtomicReference<Instant> clock = new AtomicReference<>(NOW);
    final AtomicInteger woken = new AtomicInteger();
    JdbcRequests requests;
    Approvals approvals;
    AuditLog audit;
    SigningRules rules;
    Intake intake;
    ApprovalDesk desk;

    static Policy wanting(int count, String... approvers) {
        Policy like = Examples.releaseSigning();
        return new Policy(
                like.slug(),
                like.key(),
                like.digest(),
                like.timestampAuthorities(),
                List.of(),
                List.of("ci", "alice"),
                new Policy.Approval(count, List.of(approvers), WEEK),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Policy.Appearance.PLAIN,
                false,
                Optional.empty());
    }

    @BeforeEach
    void open() throws Exception {
        DataSource database = Database.in(folder);
        requests = new JdbcRequests(database);
        approvals = new JdbcApprovals(database);
        audit = new JdbcAuditLog(database);
        rules = new SigningRules(configuration::get, audit::intentsUnder, approvals::of);
        intake = new Intake(
                rules,
                audit,
                new DiskArtifactStore(folder.resolve("artifacts"), InstantSource.system()),
                requests,
                woken::incrementAndGet,
                clock::get);
        desk = new ApprovalDesk(rules, audit, approvals, requests, intake, woken::incrementAndGet, clock::get);
    }

    WaitingForApproval submitted(String by) throws Exception {
        return submitted(by, Optional.empty());
    }

    WaitingForApproval submitted(String by, Optional<String> key) throws Exception {
        Path file = PeSample.plus().writeTo(folder.resolve(UUID.randomUUID().toString()));
        return (WaitingForApproval) intake.submit(new Intake.Order(
                        caller(by),
                        "hello-driver",
                        "release-signing",
                        Optional.empty(),
                        key,
                        "hello.sys",
                        Optional.empty(),
                        file))
                .request();
    }

    List<RuleId> refused(SubmissionRefused refusal) {
        return refusal.violations().stream().map(Violation::rule).toList();
    }

    SubmissionRefused refusal(String by, SigningRequest request) {
        return catchThrowableOfType(SubmissionRefused.class, () -> desk.approve(caller(by), request));
    }

    Decision decision(SigningRequest request) {
        Processing held = requests.claim("w", clock.get(), clock.get()).orElseThrow();
        assertThat(held.id()).isEqualTo(request.id());
        return rules.decide(held, clock.get());
    }

    SigningRequest find(SigningRequest request) {
        return requests.find(request.id()).orElseThrow();
    }

    /** As far as a process came that ended between an approval and its effect. */
    void approved(WaitingForApproval waiting, String by) {
        approvals.add(new Approval(
                waiting.id(),
                by,
                "x",
                NOW,
                waiting.submission().artifact(),
                rules.form("hello-driver", "release-signing").digest()));
    }
}
