package io.countersign.signer.pipeline;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.Configuration;
import io.countersign.home.Policy;
import io.countersign.home.Window;
import io.countersign.key.DigestAlgorithm;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.HashIntent;
import io.countersign.signer.audit.AuditEvent.HashOutcome;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Refusal;
import io.countersign.signer.audit.AuditEvent.Result;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.SigningRequest.Denied;
import io.countersign.signer.request.SigningRequest.Failed;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What becomes of attempts that cannot succeed. */
class AttemptsTest extends TokenlessFixture {
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
    void approvalsThatCannotBeVerifiedNowAreAskedForAgain() throws IOException {
        Configuration configuration = Examples.configuration(Examples.releaseSigning());
        Processing request = claimed(1, configuration, Examples.releaseSigning());
        SigningRules unsure = new SigningRules(() -> configuration, (project, policy, since, but) -> 0, id -> {
            throw new StoreUnavailable("the token is away", null);
        });

        attempts(configuration, unsure).make(request);

        assertThat(after(request)).isInstanceOfSatisfying(Queued.class, q -> {
            assertThat(q.attempts()).isEqualTo(1);
            assertThat(q.lastFailure().orElseThrow()).contains("could not be read or verified");
        });
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
}
