package io.countersign.signer.ui;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.policy.Origin;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.Submission;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WaitingViewTest {
    @ParameterizedTest
    @CsvSource({
        "https://ci.example/run/7?a=b,     https://ci.example/run/7?a=b",
        "http://ci.example/run/7,          http://ci.example/run/7",
        "https://ci.example/\u202E7/nur,   https://ci.example/%E2%80%AE7/nur",
        "https://ci.example/a\u3164b,      https://ci.example/a%E3%85%A4b",
        "javascript:alert(1),              ''",
        "'',                               ''",
    })
    void aLinkToABuildReadsAsItLeads(String buildUrl, String shown) {
        Submission like = Examples.submission();
        Origin origin = Examples.builtFrom("refs/heads/main");
        Submission submission = new Submission(
                like.id(),
                like.project(),
                like.policy(),
                like.policyForm(),
                like.submitter(),
                like.fileName(),
                like.description(),
                like.artifact(),
                like.size(),
                like.submittedAt(),
                Optional.of(new Origin(
                        origin.vouchedBy(),
                        origin.repositoryUrl(),
                        origin.repositoryId(),
                        origin.repositoryOwnerId(),
                        origin.ref(),
                        origin.commit(),
                        origin.workflow(),
                        origin.runner(),
                        origin.environment(),
                        origin.runAttempt(),
                        URI.create(buildUrl))),
                like.idempotencyKey(),
                like.resubmittedFrom());
        assertThat(WaitingView.of(
                                new WaitingForApproval(submission, NOW), Examples.releaseSigning(), List.of(), "alice")
                        .buildUrl())
                .isEqualTo(shown);
    }
}
