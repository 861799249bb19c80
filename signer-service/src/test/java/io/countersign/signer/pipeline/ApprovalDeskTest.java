package io.countersign.signer.pipeline;

import static io.countersign.signer.fixture.Examples.NOW;
import static io.countersign.signer.fixture.Examples.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.home.Policy;
import io.countersign.home.Role;
import io.countersign.policy.RuleId;
import io.countersign.policy.Violation;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.policy.Approved;
import io.countersign.signer.policy.Refused;
import io.countersign.signer.request.Approval;
import io.countersign.signer.request.SigningRequest.Canceled;
import io.countersign.signer.request.SigningRequest.Denied;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.Submission;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ApprovalDeskTest extends DeskFixture {
    @Test
    void enoughApproversMakeItSignable() throws Exception {
        WaitingForApproval waiting = submitted("ci");
        assertThat(waiting.expiresAt()).isEqualTo(NOW.plus(WEEK));
        assertThat(requests.claim("w", NOW, NOW)).isEmpty();

        assertThat(desk.approve(caller("alice"), waiting)).isEqualTo(waiting);
        assertThat(desk.approve(caller("alice"), waiting)).isEqualTo(waiting);
        assertThat(desk.approve(caller("bob"), waiting)).isInstanceOf(Queued.class);

        assertThat(decision(waiting)).isInstanceOf(Approved.class);
        assertThat(audit.of(waiting.id()))
                .extracting(e -> e.getClass().getSimpleName())
                .containsExactly("Approval", "Approval");
        assertThat(audit.of(waiting.id()).get(0)).isInstanceOfSatisfying(AuditEvent.Approval.class, a -> {
            assertThat(a.actor()).isEqualTo("alice");
            assertThat(a.session()).isEqualTo("configuration");
            assertThat(a.artifact()).isEqualTo(waiting.submission().artifact());
        });
    }

    @Test
    void nobodyApprovesWhatTheySubmittedOrIsNotListedFor() throws Exception {
        WaitingForApproval own = submitted("alice");
        assertThat(refused(refusal("alice", own))).containsExactly(RuleId.APPROVER_IS_ANOTHER);
        assertThat(refused(refusal("stranger", own))).containsExactly(RuleId.APPROVER_LISTED);
        Caller bound = new Caller(
                "bob",
                Set.of(),
                Optional.of(new Caller.Scope("hello-driver", Optional.empty())),
                Optional.empty(),
                "x");
        assertThat(refused(catchThrowableOfType(SubmissionRefused.class, () -> desk.approve(bound, own))))
                .containsExactly(RuleId.SCOPE_COVERS);
        assertThat(approvals.of(own.id())).isEmpty();
    }

    @Test
    void aPolicyWithTooFewOthersRefusesAtSubmission() {
        configuration.set(Examples.configuration(wanting(2, "alice", "ci")));
        SubmissionRefused refusal = catchThrowableOfType(SubmissionRefused.class, () -> submitted("ci"));
        assertThat(refused(refusal)).containsExactly(RuleId.APPROVALS_MET);
        assertThat(refusal).hasMessageContaining("only alice could approve");
    }

    @Test
    void oneDenialEndsItWithItsReason() throws Exception {
        WaitingForApproval waiting = submitted("ci");
        desk.approve(caller("alice"), waiting);
        assertThat(desk.deny(caller("bob"), waiting, "not this build"))
                .isInstanceOfSatisfying(
                        Denied.class, d -> assertThat(d.reason()).isEqualTo("denied by bob: not this build"));
        assertThat(catchThrowableOfType(Conflict.class, () -> desk.approve(caller("carol"), find(waiting))))
                .hasMessageContaining("does not wait");
        assertThat(requests.claim("w", NOW, NOW)).isEmpty();
    }

    @Test
    void aPolicyEditedMeanwhileTakesNoApprovalsAndSignsNothing() throws Exception {
        WaitingForApproval waiting = submitted("ci");
        WaitingForApproval approved = submitted("ci");
        desk.approve(caller("alice"), approved);
        desk.approve(caller("bob"), approved);
        configuration.set(Examples.configuration(wanting(1, "alice", "bob", "carol")));

        SubmissionRefused refusal = refusal("alice", waiting);
        assertThat(refused(refusal)).containsExactly(RuleId.POLICY_UNCHANGED);
        assertThat(refusal).hasMessageContaining("approvals was \"2\" and is \"1\"");
        assertThat(decision(approved))
                .isInstanceOfSatisfying(
                        Refused.class,
                        r -> assertThat(r.violations())
                                .extracting(Violation::rule)
                                .containsExactly(RuleId.POLICY_UNCHANGED, RuleId.APPROVALS_MET));
    }

    @Test
    void anApproverStruckOffMeanwhileDoesNotCount() throws Exception {
        WaitingForApproval approved = submitted("ci");
        desk.approve(caller("alice"), approved);
        desk.approve(caller("bob"), approved);
        configuration.set(Examples.configuration(wanting(2, "alice", "carol")));
        assertThat(decision(approved))
                .isInstanceOfSatisfying(
                        Refused.class,
                        r -> assertThat(r.reason())
                                .contains("approvers was \"alice,bob,carol\" and is \"alice,carol\"")
                                .contains("the request has 0 of somebody who is an approver now"));
    }

    @Test
    void anApprovalOfAnotherFileOrPolicyDoesNotCount() throws Exception {
        configuration.set(Examples.configuration(wanting(1, "alice")));
        WaitingForApproval waiting = submitted("ci");
        approvals.add(new Approval(
                waiting.id(),
                "alice",
                "x",
                NOW,
                Examples.sha256("another file"),
                rules.form("hello-driver", "release-signing").digest()));
        requests.replace(waiting, waiting.approved(NOW));
        assertThat(decision(waiting)).isInstanceOf(Refused.class);
    }

    @Test
    void anApproverSaysNoUnderWhateverStateOfThePolicy() throws Exception {
        WaitingForApproval waiting = submitted("ci");
        configuration.set(Examples.configuration(wanting(1, "alice", "bob", "carol")));
        assertThat(refused(refusal("alice", waiting))).containsExactly(RuleId.POLICY_UNCHANGED);
        assertThat(desk.deny(caller("alice"), waiting, "no")).isInstanceOf(Denied.class);
    }

    @Test
    void whoSubmittedItOrAnAdministratorTakesItBackBeforeAWorkerHasIt() throws Exception {
        WaitingForApproval waiting = submitted("ci");
        assertThat(catchThrowableOfType(SubmissionRefused.class, () -> desk.cancel(caller("alice"), waiting)))
                .hasMessageContaining("did not submit");
        assertThat(desk.cancel(caller("ci"), waiting))
                .isInstanceOfSatisfying(
                        Canceled.class, c -> assertThat(c.reason()).isEqualTo("canceled by ci"));

        WaitingForApproval other = submitted("ci");
        desk.approve(caller("alice"), other);
        Queued queued = (Queued) desk.approve(caller("bob"), other);
        Caller root = Caller.configured("root", Set.of(Role.ADMINISTRATOR));
        Processing held = requests.claim("w", NOW, NOW.plusSeconds(60)).orElseThrow();
        assertThat(catchThrowableOfType(Conflict.class, () -> desk.cancel(root, queued)))
                .hasMessageContaining("changed at the same moment");
        assertThat(catchThrowableOfType(Conflict.class, () -> desk.cancel(root, held)))
                .hasMessageContaining("past canceling");
    }

    @Test
    void aNoThatComesTooLateIsNotOnRecord() throws Exception {
        WaitingForApproval waiting = submitted("ci");
        desk.approve(caller("alice"), waiting);
        Queued queued = (Queued) desk.approve(caller("bob"), waiting);
        assertThat(catchThrowableOfType(Conflict.class, () -> desk.deny(caller("carol"), waiting, "wait")))
                .hasMessageContaining("changed at the same moment");
        assertThat(requests.claim("w", NOW, NOW.plusSeconds(60))).isPresent();
        assertThat(catchThrowableOfType(Conflict.class, () -> desk.cancel(caller("ci"), queued)))
                .hasMessageContaining("changed at the same moment");
        clock.set(NOW.plus(WEEK));
        new Expiry(rules, requests, clock::get).run();
        assertThat(audit.of(waiting.id())).hasSize(2).allMatch(AuditEvent.Approval.class::isInstance);
    }

    @Test
    void aSubmitterOfManyHidesNothingFromAnApprover() throws Exception {
        Policy other = wanting(1, "dave");
        configuration.set(Examples.configuration(wanting(1, "alice", "bob"), named("flooded", other)));
        WaitingForApproval like = submitted("ci");
        for (int i = 0; i < 1001; i++) {
            requests.add(new WaitingForApproval(
                    moved(like.submission(), "flooded", "ci", NOW.minusSeconds(1)), like.expiresAt()));
            requests.add(new WaitingForApproval(
                    moved(like.submission(), "release-signing", "alice", NOW.minusSeconds(1)), like.expiresAt()));
        }
        assertThat(desk.waitingFor(caller("alice"))).containsExactly(like);
        assertThat(desk.waitingFor(caller("bob"))).hasSize(1000);
    }

    @Test
    void whatAnApproverHasApprovedHidesNothingThatWaitsForThem() throws Exception {
        configuration.set(Examples.configuration(wanting(2, "alice", "bob")));
        WaitingForApproval first = submitted("ci");
        desk.approve(caller("alice"), first);
        clock.set(NOW.plusSeconds(1));
        WaitingForApproval second = submitted("ci");
        assertThat(desk.waitingFor(caller("alice"))).containsExactly(second, first);
        assertThat(desk.waitingFor(caller("bob"))).containsExactly(first, second);
    }

    private static Policy named(String slug, Policy like) {
        return new Policy(
                slug,
                like.key(),
                like.digest(),
                like.timestampAuthorities(),
                List.of(),
                like.submitters(),
                like.approval(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Policy.Appearance.PLAIN,
                false,
                Optional.empty());
    }

    private static Submission moved(Submission like, String policy, String submitter, Instant at) {
        return new Submission(
                UUID.randomUUID(),
                like.project(),
                policy,
                like.policyForm(),
                submitter,
                like.fileName(),
                like.description(),
                like.artifact(),
                like.size(),
                at,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void aCredentialForOnePolicyCancelsNothingOfAnother() throws Exception {
        WaitingForApproval waiting = submitted("ci");
        Caller elsewhere = bound("test-signing");
        assertThat(refused(catchThrowableOfType(SubmissionRefused.class, () -> desk.cancel(elsewhere, waiting))))
                .containsExactly(RuleId.SCOPE_COVERS);
        assertThat(find(waiting)).isEqualTo(waiting);
        assertThat(desk.cancel(bound("release-signing"), waiting)).isInstanceOf(Canceled.class);
    }

    private static Caller bound(String policy) {
        return new Caller(
                "ci",
                Set.of(),
                Optional.of(new Caller.Scope("hello-driver", Optional.of(policy))),
                Optional.empty(),
                "x");
    }

    @Test
    void onlyWhatACallerCouldApproveWaitsForThem() throws Exception {
        WaitingForApproval byCi = submitted("ci");
        WaitingForApproval byAlice = submitted("alice");
        assertThat(desk.waitingFor(caller("alice"))).containsExactly(byCi);
        assertThat(desk.waitingFor(caller("bob"))).containsExactlyInAnyOrder(byCi, byAlice);
        assertThat(desk.waitingFor(caller("stranger"))).isEmpty();
    }
}
