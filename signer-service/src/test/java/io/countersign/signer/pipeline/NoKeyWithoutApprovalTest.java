package io.countersign.signer.pipeline;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.PeSample;
import io.countersign.home.Configuration;
import io.countersign.home.Policy;
import io.countersign.signer.artifact.disk.DiskArtifactStore;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.policy.Approved;
import io.countersign.signer.policy.Decision;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.Approvals;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.jdbc.JdbcApprovals;
import io.countersign.signer.request.jdbc.JdbcRequests;
import java.io.IOException;
import java.nio.file.Path;
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
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is called in whatever order, a key is used only for what the policy demands. Calls are drawn at random, and what may
 * be signed is worked out here anew, from what was said and not from what was stored.
 */
class NoKeyWithoutApprovalTest {
    private static final List<String> PEOPLE = List.of("ci", "alice", "bob", "carol", "stranger");
    private static final int CALLS = 150;

    @TempDir
    private Path folder;

    /** What a policy wants, for those that are switched between. */
    private record Wanted(int approvals, Set<String> approvers, Set<String> submitters) {
        Configuration configuration() {
            Policy like = Examples.releaseSigning();
            return Examples.configuration(new Policy(
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
                    List.of(),
                    Optional.empty(),
                    Policy.Appearance.PLAIN,
                    false,
                    Optional.empty()));
        }
    }

    private static final List<Wanted> POLICIES = List.of(
            new Wanted(2, Set.of("alice", "bob", "carol"), Set.of("ci", "alice")),
            new Wanted(1, Set.of("alice", "bob"), Set.of("ci", "alice")),
            new Wanted(2, Set.of("alice", "bob"), Set.of("ci")),
            new Wanted(0, Set.of(), Set.of("ci", "alice")));

    /** What was asked for, and who said yes to it. */
    private static final class Told {
        private final String submitter;
        private final Wanted policy;
        private final Set<String> yes = new HashSet<>();

        Told(String submitter, Wanted policy) {
            this.submitter = submitter;
            this.policy = policy;
        }

        boolean maySign(Wanted now) {
            long agreed = yes.stream()
                    .filter(now.approvers()::contains)
                    .filter(who -> !who.equals(submitter))
                    .count();
            return policy.equals(now) && now.submitters().contains(submitter) && agreed >= now.approvals();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void noSequenceOfCallsReachesTheKeyWithoutWhatThePolicyDemands(long seed) throws Exception {
        Random random = new Random(seed);
        AtomicReference<Wanted> now = new AtomicReference<>(POLICIES.get(0));
        DataSource database = Database.in(folder);
        JdbcRequests requests = new JdbcRequests(database);
        Approvals approvals = new JdbcApprovals(database);
        AuditLog audit = new JdbcAuditLog(database);
        SigningRules rules = new SigningRules(() -> now.get().configuration(), audit::intentsUnder, approvals::of);
        Intake intake = new Intake(
                rules,
                audit,
                new DiskArtifactStore(folder.resolve("artifacts"), InstantSource.system()),
                requests,
                () -> {},
                () -> NOW);
        ApprovalDesk desk = new ApprovalDesk(rules, audit, approvals, requests, intake, () -> {}, () -> NOW);

        Map<UUID, Told> told = new HashMap<>();
        List<UUID> ids = new ArrayList<>();
        int signed = 0;
        int kept = 0;
        for (int call = 0; call < CALLS; call++) {
            String who = PEOPLE.get(random.nextInt(PEOPLE.size()));
            Optional<SigningRequest> some =
                    ids.isEmpty() ? Optional.empty() : requests.find(ids.get(random.nextInt(ids.size())));
            try {
                switch (random.nextInt(9)) {
                    case 0, 1 -> {
                        UUID id = submit(intake, who).id();
                        ids.add(id);
                        told.put(id, new Told(who, now.get()));
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
                            UUID id = intake.resubmit(
                                            Examples.caller(who), some.get(), "release-signing", Optional.empty())
                                    .id();
                            ids.add(id);
                            told.put(id, new Told(who, now.get()));
                        }
                    }
                    case 7 ->
                        now.set(random.nextInt(3) == 0 ? POLICIES.get(random.nextInt(POLICIES.size())) : now.get());
                    default -> {
                        Optional<Processing> held = requests.claim("w", NOW, NOW.plusSeconds(60));
                        if (held.isPresent()) {
                            Decision decision = rules.decide(held.get(), NOW);
                            boolean may = told.get(held.get().id()).maySign(now.get());
                            assertThat(decision instanceof Approved)
                                    .as("call %d of seed %d: %s", call, seed, held.get())
                                    .isEqualTo(may);
                            signed += may ? 1 : 0;
                            kept += may ? 0 : 1;
                            requests.settle(
                                    held.get(),
                                    may
                                            ? held.get().completed(Examples.sha256("signed"), "{}", NOW)
                                            : held.get().denied("no", NOW));
                        }
                    }
                }
            } catch (SubmissionRefused | Conflict e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
        // What waits for approval was never to be had by a worker.
        assertThat(ids.stream().map(id -> requests.find(id).orElseThrow()))
                .filteredOn(WaitingForApproval.class::isInstance)
                .allMatch(r -> audit.of(r.id()).stream().noneMatch(e -> e instanceof Intent));
        assertThat(signed).as("some were signed").isPositive();
        assertThat(signed + kept).isPositive();
    }

    private SigningRequest submit(Intake intake, String who) throws SubmissionRefused, Conflict, IOException {
        try {
            return intake.submit(new Intake.Order(
                            Examples.caller(who),
                            "hello-driver",
                            "release-signing",
                            Optional.empty(),
                            Optional.empty(),
                            "hello.sys",
                            Optional.empty(),
                            PeSample.plus()
                                    .writeTo(folder.resolve(UUID.randomUUID().toString()))))
                    .request();
        } catch (UnsignableUpload e) {
            throw new AssertionError(e);
        }
    }
}
