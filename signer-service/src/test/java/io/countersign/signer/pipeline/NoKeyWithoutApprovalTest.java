package io.countersign.signer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.PeSample;
import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import io.countersign.home.Window;
import io.countersign.hsm.Hsm;
import io.countersign.signer.artifact.disk.DiskArtifactStore;
import io.countersign.signer.audit.AuditEvent.KeyUse;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.fixture.LabTsa;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.Approvals;
import io.countersign.signer.request.Draft;
import io.countersign.signer.request.Drafts;
import io.countersign.signer.request.RequestChanges;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Completed;
import io.countersign.signer.request.SigningRequest.Denied;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.jdbc.JdbcApprovals;
import io.countersign.signer.request.jdbc.JdbcDrafts;
import io.countersign.signer.request.jdbc.JdbcRequests;
import io.countersign.trust.TrustFolder;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is called in whatever order, a key is used only for what the policy demands. Calls are drawn at random, and what may
 * be signed is worked out here anew, from what was said and not from what was stored. Workers and keys are the real ones, and uses
 * are counted in the keys' own journal.
 */
class NoKeyWithoutApprovalTest extends LabPipelineFixture {
    private static final List<String> PEOPLE = List.of("ci", "alice", "bob", "carol", "stranger");
    private static final int CALLS = 150;
    private static final String POLICY = "release-signing";

    /** Windows are open in the first of every two hours from here. */
    private final Instant start = now;

    /** What a policy wants, for those that are switched between; no budget where it is 0. */
    private record Wanted(
            int approvals, Set<String> approvers, Set<String> submitters, boolean windows, int budget, boolean hashes) {
        Policy policy(Instant start) {
            Policy like = Examples.releaseSigning();
            return new Policy(
                    like.slug(),
                    like.key(),
                    like.digest(),
                    like.timestampAuthorities(),
                    List.of(),
                    submitters.stream().sorted().toList(),
                    new Policy.Approval(
                            approvals,
                            approvers.stream().sorted().toList(),
                            like.approval().expiry()),
                    Optional.empty(),
                    windows ? everyOtherHour(start) : List.of(),
                    budget == 0 ? Optional.empty() : Optional.of(new Policy.Budget(budget, Duration.ofDays(365))),
                    Policy.Appearance.PLAIN,
                    hashes,
                    Optional.empty());
        }

        private static List<Window> everyOtherHour(Instant start) {
            return Stream.iterate(start, from -> from.plus(Duration.ofHours(2)))
                    .limit(CALLS)
                    .map(from -> (Window) new Window.Span(from, from.plus(Duration.ofHours(1))))
                    .toList();
        }
    }

    private static final List<Wanted> POLICIES = List.of(
            new Wanted(2, Set.of("alice", "bob", "carol"), Set.of("ci", "alice"), false, 0, false),
            new Wanted(1, Set.of("alice", "bob"), Set.of("ci", "alice"), true, 0, false),
            new Wanted(1, Set.of("alice", "bob"), Set.of("ci"), true, 12, false),
            new Wanted(0, Set.of(), Set.of("ci", "alice"), false, 0, false),
            new Wanted(0, Set.of(), Set.of("ci", "alice"), true, 9, true));

    /** What was asked for, and who said yes to it. */
    private static final class Told {
        private final String submitter;
        private final Wanted policy;
        private final Set<String> yes = new HashSet<>();

        Told(String submitter, Wanted policy) {
            this.submitter = submitter;
            this.policy = policy;
        }

        boolean isAgreed(Wanted now) {
            long agreed = yes.stream()
                    .filter(now.approvers()::contains)
                    .filter(who -> !who.equals(submitter))
                    .count();
            return policy.equals(now) && now.submitters().contains(submitter) && agreed >= now.approvals();
        }
    }

    private Wanted wanted = POLICIES.get(0);

    private boolean windowIsOpen() {
        return !wanted.windows() || Duration.between(start, now).toHours() % 2 == 0;
    }

    private boolean budgetIsLeft(long used) {
        return wanted.budget() == 0 || used < wanted.budget();
    }

    private Configuration present() {
        Project project = configuration.project("hello-driver").orElseThrow();
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
                        project.slug(),
                        project.name(),
                        project.repository(),
                        project.webhooks(),
                        List.of(wanted.policy(start)))));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noSequenceOfCallsReachesTheKeyWithoutWhatThePolicyDemands(long seed) throws Exception {
        tsa.behave(LabTsa.Mode.GOOD);
        Random random = new Random(seed);
        DataSource database = Database.in(folder);
        JdbcRequests requests = new JdbcRequests(database);
        Approvals approvals = new JdbcApprovals(database);
        AuditLog audit = new JdbcAuditLog(database);
        Drafts drafts = new JdbcDrafts(database);
        DiskArtifactStore artifacts = new DiskArtifactStore(folder.resolve("artifacts"), InstantSource.system());
        SigningRules rules = new SigningRules(this::present, audit::intentsUnder, approvals::of);
        PolicyResources resources = new PolicyResources(
                this::present,
                Hsm.open(home, configuration),
                names -> lab,
                PemCertificates.read(home.pki().resolve("lab-timestamp-root.pem")),
                new TrustFolder(home),
                "evidence",
                "test");
        Intake intake = new Intake(rules, audit, artifacts, requests, () -> {}, () -> now);
        ApprovalDesk desk = new ApprovalDesk(rules, audit, approvals, requests, intake, () -> {}, () -> now);
        LateArtifacts late = new LateArtifacts(intake, artifacts, requests, drafts, new RequestChanges(), () -> now);
        HashSigning hashes = new HashSigning(rules, audit, intake, resources, () -> now);
        Expiry expiry = new Expiry(rules, requests, () -> now);
        Attempts attempts = new Attempts(
                rules,
                new SigningPipeline(rules, audit, artifacts, requests, resources, folder, () -> now),
                audit,
                requests,
                Duration.ofSeconds(5),
                PATIENCE,
                () -> now);

        Map<UUID, Told> told = new HashMap<>();
        List<UUID> ids = new ArrayList<>();
        long used = 0;
        int kept = 0;
        for (int call = 0; call < CALLS; call++) {
            String who = PEOPLE.get(random.nextInt(PEOPLE.size()));
            Optional<SigningRequest> some =
                    ids.isEmpty() ? Optional.empty() : requests.find(ids.get(random.nextInt(ids.size())));
            String what = "call " + call + " of seed " + seed + " by " + who;
            try {
                switch (random.nextInt(12)) {
                    case 0, 1 -> {
                        UUID id = submit(intake, who).id();
                        ids.add(id);
                        told.put(id, new Told(who, wanted));
                    }
                    case 2, 3, 4 -> {
                        if (some.isPresent()) {
                            desk.approve(Examples.caller(who), some.get());
                            told.get(some.get().id()).yes.add(who);
                        }
                    }
                    case 5 -> {
                        if (some.isPresent() && random.nextInt(4) == 0) {
                            desk.deny(Examples.caller(who), some.get(), "no");
                        } else if (some.isPresent() && random.nextInt(4) == 0) {
                            desk.cancel(Examples.caller(who), some.get());
                        }
                    }
                    case 6 -> {
                        if (some.isPresent()) {
                            UUID id = intake.resubmit(Examples.caller(who), some.get(), POLICY, Optional.empty())
                                    .id();
                            ids.add(id);
                            told.put(id, new Told(who, wanted));
                        }
                    }
                    case 7 -> {
                        Draft draft = drafts.find(late.announce(new LateArtifacts.Announcement(
                                                Examples.caller(who),
                                                "hello-driver",
                                                POLICY,
                                                Optional.empty(),
                                                Optional.empty()))
                                        .id())
                                .orElseThrow();
                        UUID id = late.upload(Examples.caller(who), draft, "hello.sys", file())
                                .id();
                        ids.add(id);
                        told.put(id, new Told(who, wanted));
                    }
                    case 8 -> {
                        if (random.nextInt(3) == 0) {
                            wanted = POLICIES.get(random.nextInt(POLICIES.size()));
                        }
                        now = now.plus(Duration.ofMinutes(random.nextInt(60)));
                        expiry.run();
                    }
                    case 9 -> {
                        boolean may = wanted.hashes()
                                && wanted.submitters().contains(who)
                                && windowIsOpen()
                                && budgetIsLeft(used);
                        used += may ? 1 : 0;
                        kept += may ? 0 : 1;
                        hashes.sign(Examples.caller(who), "hello-driver", POLICY, Examples.sha256(what), "RSA");
                    }
                    default -> {
                        Optional<Processing> held = requests.claim("w", now, now.plusSeconds(60));
                        if (held.isPresent()) {
                            boolean agreed = told.get(held.get().id()).isAgreed(wanted);
                            boolean may = agreed && windowIsOpen() && budgetIsLeft(used);
                            boolean later = agreed && !windowIsOpen() && budgetIsLeft(used);
                            used += may ? 1 : 0;
                            kept += may ? 0 : 1;
                            attempts.make(held.get());
                            assertThat(requests.find(held.get().id()).orElseThrow())
                                    .as(what)
                                    .isInstanceOf(may ? Completed.class : later ? Queued.class : Denied.class);
                        }
                    }
                }
            } catch (SubmissionRefused | Conflict e) {
                assertThat(e).hasMessageNotContaining("null");
            }
            assertThat(codeSignatures() - keyUses)
                    .as("uses of the key after " + what)
                    .isEqualTo(used);
        }
        assertThat(used).as("some were signed").isPositive();
        assertThat(kept).as("some were not").isPositive();
        assertThat(audit.after(0, 10_000))
                .filteredOn(e -> e.event() instanceof KeyUse)
                .hasSize((int) used);
    }

    private Path file() throws IOException {
        return PeSample.plus().writeTo(folder.resolve(UUID.randomUUID().toString()));
    }

    private SigningRequest submit(Intake intake, String who) throws SubmissionRefused, Conflict, IOException {
        try {
            return intake.submit(new Intake.Order(
                            Examples.caller(who),
                            "hello-driver",
                            POLICY,
                            Optional.empty(),
                            Optional.empty(),
                            "hello.sys",
                            Optional.empty(),
                            file()))
                    .request();
        } catch (UnsignableUpload e) {
            throw new AssertionError(e);
        }
    }
}
