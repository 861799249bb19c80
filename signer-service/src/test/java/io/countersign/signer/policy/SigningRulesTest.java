package io.countersign.signer.policy;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.home.Configuration;
import io.countersign.home.Policy;
import io.countersign.key.DigestAlgorithm;
import io.countersign.policy.PolicyForm;
import io.countersign.policy.RuleId;
import io.countersign.policy.Violation;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.Submission;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SigningRulesTest {
    private final Configuration configuration =
            Examples.configuration(Examples.testSigning(), Examples.releaseSigning());
    private final SigningRules rules = Examples.rules(configuration);

    private Approved approved() {
        Submission submission = Examples.submission(configuration, Examples.testSigning());
        return (Approved) rules.decide(new Processing(submission, 1, "w", NOW), NOW);
    }

    private static Refused refused(Configuration present, Submission submission) {
        return (Refused) Examples.rules(present).decide(new Processing(submission, 1, "w", NOW), NOW);
    }

    @Test
    void aListedSubmitterOfAPolicyWithoutApprovalsIsApproved() {
        assertThat(rules.examine(Examples.caller("ci"), "hello-driver", "test-signing", Optional.empty(), NOW))
                .isEmpty();
        assertThat(approved().policy()).isEqualTo(Examples.testSigning());
    }

    @Test
    void everyViolationIsNamedNotOnlyTheFirst() {
        Caller bound = new Caller(
                "stranger",
                Set.of(),
                Optional.of(new Caller.Scope("hello-driver", Optional.of("release-signing"))),
                Optional.empty(),
                "x");
        assertThat(rules.examine(bound, "hello-driver", "test-signing", Optional.empty(), NOW))
                .extracting(Violation::rule)
                .containsExactly(RuleId.SCOPE_COVERS, RuleId.SUBMITTER_LISTED);
    }

    @Test
    void whoIsNoSubmitterLearnsNothingOfWhatThePolicyDemands() {
        Policy like = Examples.releaseSigning();
        Policy demanding = new Policy(
                like.slug(),
                like.key(),
                like.digest(),
                like.timestampAuthorities(),
                List.of(),
                like.submitters(),
                new Policy.Approval(2, List.of("alice"), Policy.Approval.DEFAULT_EXPIRY),
                Optional.of(new Policy.OriginRules(List.of("main"), List.of(), List.of(), List.of(), List.of(), false)),
                List.of(),
                Optional.empty(),
                Policy.Appearance.PLAIN,
                false,
                Optional.empty());
        SigningRules strict = Examples.rules(Examples.configuration(demanding));
        Caller bound = new Caller(
                "ci",
                Set.of(),
                Optional.of(new Caller.Scope("hello-driver", Optional.of("test-signing"))),
                Optional.empty(),
                "x");
        assertThat(strict.examine(
                        Examples.caller("stranger"), "hello-driver", "release-signing", Optional.empty(), NOW))
                .extracting(Violation::rule)
                .containsExactly(RuleId.SUBMITTER_LISTED);
        assertThat(strict.examine(bound, "hello-driver", "release-signing", Optional.empty(), NOW))
                .extracting(Violation::rule)
                .containsExactly(RuleId.SCOPE_COVERS);
    }

    @Test
    void aDigestIsJudgedByOneStateOfTheConfiguration() {
        Policy like = Examples.testSigning();
        Policy hashes = new Policy(
                like.slug(),
                like.key(),
                like.digest(),
                like.timestampAuthorities(),
                List.of(),
                like.submitters(),
                Policy.Approval.NONE,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Policy.Appearance.PLAIN,
                true,
                Optional.empty());
        Iterator<Configuration> reloaded = List.of(Examples.configuration(hashes), Examples.configuration())
                .iterator();
        SigningRules changing =
                new SigningRules(reloaded::next, (project, policy, since, but) -> 0, request -> List.of());
        assertThat(changing.decideHash(
                        Examples.caller("ci"), "hello-driver", "test-signing", Examples.sha256("digest"), NOW))
                .isInstanceOf(ApprovedHash.class);
    }

    @Test
    void aBuildSubmitsForAnHourAndWaitsForLonger() {
        Caller build = new Caller("ci", Set.of(), Optional.empty(), Optional.empty(), "x", Optional.of(NOW));
        assertThat(rules.examine(build, "hello-driver", "test-signing", Optional.empty(), NOW.minusMillis(1)))
                .isEmpty();
        assertThat(rules.examine(build, "hello-driver", "test-signing", Optional.empty(), NOW))
                .singleElement()
                .satisfies(v -> assertThat(v.reason()).contains("submitting until"));
        assertThat(rules.mayRead(build, "hello-driver", "test-signing")).isTrue();
    }

    @Test
    void unknownNamesAreAnsweredOnlyWithWhatTheCallerMayUse() {
        assertThat(rules.examine(Examples.caller("ci"), "no-such-project", "test-signing", Optional.empty(), NOW))
                .singleElement()
                .satisfies(v -> {
                    assertThat(v.rule()).isEqualTo(RuleId.PROJECT_KNOWN);
                    assertThat(v.remedy()).contains("hello-driver").doesNotContain("secret-project");
                });
        assertThat(rules.examine(Examples.caller("stranger"), "hello-driver", "no-such-policy", Optional.empty(), NOW))
                .singleElement()
                .satisfies(v -> {
                    assertThat(v.rule()).isEqualTo(RuleId.POLICY_KNOWN);
                    assertThat(v.remedy()).doesNotContain("test-signing");
                });
    }

    @Test
    void aPolicyThatChangedAfterSubmissionRefusesAndSaysHow() {
        Submission submission = Examples.submission(configuration, Examples.testSigning());
        Policy changed =
                new Policy("test-signing", "other", DigestAlgorithm.SHA256, List.of("lab"), List.of("ci", "stranger"));
        Refused refused = refused(Examples.configuration(changed), submission);
        assertThat(refused.violations()).singleElement().satisfies(v -> {
            assertThat(v.rule()).isEqualTo(RuleId.POLICY_UNCHANGED);
            assertThat(v.reason())
                    .contains("key was \"publisher\" and is \"other\"")
                    .contains("submitters was \"ci\" and is \"ci,stranger\"");
        });
    }

    @Test
    void aSubmitterStruckOffAfterSubmissionIsRefusedWithBothReasons() {
        Submission submission = Examples.submission(configuration, Examples.testSigning());
        Policy changed =
                new Policy("test-signing", "publisher", DigestAlgorithm.SHA256, List.of("lab"), List.of("stranger"));
        assertThat(refused(Examples.configuration(changed), submission).violations())
                .extracting(Violation::rule)
                .containsExactly(RuleId.SUBMITTER_LISTED, RuleId.POLICY_UNCHANGED);
    }

    @Test
    void aPolicyThatIsGoneRefuses() {
        Submission submission = Examples.submission(configuration, Examples.testSigning());
        assertThat(refused(Examples.configuration(), submission).violations())
                .extracting(Violation::rule)
                .containsExactly(RuleId.POLICY_KNOWN);
    }

    @Test
    void onlySubmittersOfAProjectMaySeeItsRequests() {
        assertThat(rules.mayRead(Examples.caller("ci"), "hello-driver", "test-signing"))
                .isTrue();
        assertThat(rules.mayRead(Examples.caller("stranger"), "hello-driver", "test-signing"))
                .isFalse();
        assertThat(rules.mayRead(Examples.caller("ci"), "secret-project", "test-signing"))
                .isFalse();
    }

    @Test
    void aCredentialForOnePolicyReadsNothingOfAnother() {
        Caller bound = new Caller(
                "ci",
                Set.of(),
                Optional.of(new Caller.Scope("hello-driver", Optional.of("test-signing"))),
                Optional.empty(),
                "x");
        assertThat(rules.mayRead(bound, "hello-driver", "test-signing")).isTrue();
        assertThat(rules.mayRead(bound, "hello-driver", "release-signing")).isFalse();
        assertThat(rules.mayReadAll(bound, "hello-driver")).isFalse();
        assertThat(rules.mayReadAll(Examples.caller("ci"), "hello-driver")).isTrue();
        assertThat(rules.mayResubmit(bound, "hello-driver")).isTrue();
        assertThat(rules.mayResubmit(bound, "secret-project")).isFalse();
    }

    @Test
    void anApprovalGivesTheFileThatMayBeSignedOnce() throws NotApproved {
        Approved approved = approved();
        assertThat(approved.redeem(approved.policyDigest()))
                .isEqualTo(approved.request().submission().artifact());
        assertThatThrownBy(() -> approved.redeem(approved.policyDigest()))
                .isInstanceOf(NotApproved.class)
                .hasMessageContaining("used before");
    }

    @Test
    void anApprovalDoesNotCoverAnotherPolicyAndIsUsedUpByTheAttempt() {
        Approved approved = approved();
        assertThatThrownBy(() -> approved.redeem(Examples.sha256("another policy")))
                .isInstanceOf(NotApproved.class);
        assertThatThrownBy(() -> approved.redeem(approved.policyDigest())).isInstanceOf(NotApproved.class);
    }

    @Test
    void aPolicyFormDoesNotDependOnTheOrderOfSubmittersButOnThatOfAuthorities() {
        assertThat(form(List.of("a", "b"), List.of("x", "y"))).isEqualTo(form(List.of("b", "a"), List.of("x", "y")));
        assertThat(form(List.of("a"), List.of("x", "y"))).isNotEqualTo(form(List.of("a"), List.of("y", "x")));
    }

    @Test
    void noValueOfAPolicyFormPassesForAnotherFact() {
        assertThat(form(List.of("a,b"), List.of("x"))).isNotEqualTo(form(List.of("a", "b"), List.of("x")));
        assertThat(form(List.of("a\napprovals=0"), List.of("x")).text().lines())
                .filteredOn(l -> l.startsWith("approvals="))
                .hasSize(1);
    }

    private PolicyForm form(List<String> submitters, List<String> authorities) {
        Policy policy = new Policy("p", "publisher", DigestAlgorithm.SHA256, authorities, submitters);
        return PolicyForm.of(configuration, configuration.projects().get(0), policy);
    }
}
