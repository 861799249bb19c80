package io.countersign.signer.pipeline;

import static io.countersign.signer.fixture.Examples.NOW;
import static io.countersign.signer.fixture.Examples.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.fixture.PeSample;
import io.countersign.home.Configuration;
import io.countersign.home.Policy;
import io.countersign.policy.Origin;
import io.countersign.policy.RuleId;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IntakeTest extends DeskFixture {
    @Test
    void theSameOrderIsTakenOnceHoweverOftenItComes() throws Exception {
        WaitingForApproval first = submitted("ci", Optional.of("run-1"));
        assertThat(submitted("ci", Optional.of("run-1"))).isEqualTo(first);
        assertThat(submitted("ci", Optional.of("run-2"))).isNotEqualTo(first);
        assertThat(submitted("alice", Optional.of("run-1"))).isNotEqualTo(first);
        assertThat(requests.add(first)).isFalse();

        Path other = PeSample.plus().overlay(7).writeTo(folder.resolve("other"));
        Intake.Order order = new Intake.Order(
                caller("ci"),
                "hello-driver",
                "release-signing",
                Optional.empty(),
                Optional.of("run-1"),
                "hello.sys",
                Optional.empty(),
                other);
        assertThat(catchThrowableOfType(Conflict.class, () -> intake.submit(order)))
                .hasMessageContaining("was used for request " + first.id());
    }

    @Test
    void theSameOrderIsFoundThoughItUsedTheBudgetUp() throws Exception {
        configuration.set(Examples.configuration(Examples.limited(
                Examples.testSigning(), List.of(), Optional.of(new Policy.Budget(1, Duration.ofDays(1))))));
        SigningRequest first = ordered("run-1").request();
        audit.append(new AuditEvent.Intent(
                first.id(),
                1,
                NOW,
                "ci",
                "hello-driver",
                "test-signing",
                "publisher",
                first.submission().artifact(),
                Examples.sha256("form")));
        assertThat(ordered("run-1")).isEqualTo(new Intake.Taken(first, false));
        assertThat(refused(catchThrowableOfType(SubmissionRefused.class, () -> ordered("run-2"))))
                .containsExactly(RuleId.BUDGET_LEFT);
    }

    private Intake.Taken ordered(String key) throws Exception {
        return ordered("test-signing", Optional.empty(), key);
    }

    private Intake.Taken ordered(String policy, Optional<Origin> origin, String key) throws Exception {
        return intake.submit(new Intake.Order(
                caller("ci"),
                "hello-driver",
                policy,
                origin,
                Optional.of(key),
                "hello.sys",
                Optional.empty(),
                PeSample.plus().writeTo(folder.resolve(UUID.randomUUID().toString()))));
    }

    @Test
    void theSameFileIsSignedUnderAnotherPolicyWithItsOrigin() throws Exception {
        configuration.set(Examples.configuration(Examples.testSigning(), wanting(1, "alice")));
        WaitingForApproval release = submitted("ci");
        SigningRequest test = intake.resubmit(caller("ci"), release, "test-signing", Optional.of("again"));
        assertThat(test).isInstanceOf(Queued.class);
        assertThat(test.submission().artifact()).isEqualTo(release.submission().artifact());
        assertThat(test.submission().resubmittedFrom()).contains(release.id());
        assertThat(requests.find(test.id())).contains(test);
    }

    @Test
    void whatTheConnectorSubmittedGoesToNoPolicyOfWhoseDemandsTheRepositoryWasNotAsked() throws Exception {
        configuration.set(Examples.configuration(
                Optional.of(new Configuration.Repository(
                        URI.create("https://github.test/acme/hello"), "1", Optional.empty(), List.of("github-api"))),
                Examples.testSigning(),
                wantingOrigin("release-signing"),
                wantingOrigin("beta-signing")));
        Optional<Origin> main = Optional.of(Examples.builtFrom("refs/heads/main"));
        SigningRequest test = ordered("test-signing", main, "run-1").request();
        SigningRequest release = ordered("release-signing", main, "run-1").request();

        assertThat(resubmissionRefused(test, "release-signing")).hasMessageContaining("through the connector");
        assertThat(resubmissionRefused(release, "beta-signing")).hasMessageContaining("was not asked");
        SigningRequest around = intake.resubmit(caller("ci"), release, "test-signing", Optional.empty());
        assertThat(resubmissionRefused(around, "release-signing")).hasMessageContaining("was not asked");
        assertThat(intake.resubmit(caller("ci"), release, "release-signing", Optional.empty()))
                .isInstanceOf(Queued.class);
    }

    @Test
    void aBuildHasOnlyThatSignedAgainWhatItCouldSubmitItself() throws Exception {
        configuration.set(Examples.configuration(
                Optional.of(new Configuration.Repository(
                        URI.create("https://github.test/acme/hello"), "1", Optional.of("2"), List.of("github-api"))),
                wantingOrigin("from-main")));
        Caller main = build("refs/heads/main");
        SigningRequest earlier = ordered("from-main", main.origin(), "run-1").request();

        assertThat(catchThrowableOfType(
                        SubmissionRefused.class,
                        () -> intake.resubmit(build("refs/heads/topic"), earlier, "from-main", Optional.empty())))
                .hasMessageContaining("refs/heads/topic");
        assertThat(intake.resubmit(main, earlier, "from-main", Optional.empty())
                        .submission()
                        .origin())
                .isEqualTo(main.origin());
        assertThat(intake.resubmit(caller("ci"), earlier, "from-main", Optional.empty())
                        .submission()
                        .resubmittedFrom())
                .contains(earlier.id());
    }

    private static Caller build(String ref) {
        return new Caller("ci", Set.of(), Optional.empty(), Optional.of(Examples.builtFrom(ref)), "oidc:github:" + ref);
    }

    private SubmissionRefused resubmissionRefused(SigningRequest earlier, String policy) {
        return catchThrowableOfType(
                SubmissionRefused.class, () -> intake.resubmit(caller("ci"), earlier, policy, Optional.empty()));
    }

    private static Policy wantingOrigin(String slug) {
        Policy like = Examples.testSigning();
        return new Policy(
                slug,
                like.key(),
                like.digest(),
                like.timestampAuthorities(),
                List.of(),
                like.submitters(),
                Policy.Approval.NONE,
                Optional.of(new Policy.OriginRules(List.of("main"), List.of(), List.of(), List.of(), List.of(), false)),
                List.of(),
                Optional.empty(),
                Policy.Appearance.PLAIN,
                false,
                Optional.empty());
    }
}
