package io.countersign.signer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.home.Policy;
import io.countersign.home.Window;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.Result;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.fixture.LabTsa;
import io.countersign.signer.request.SigningRequest.Completed;
import io.countersign.signer.request.SigningRequest.Denied;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.StoreUnavailable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Windows and budgets where the key is used, and where it is not any more. */
class MomentTest extends LabPipelineFixture {
    @Test
    void theLastSignatureOfABudgetIsFinishedAfterItsWindowToo() throws Exception {
        configuration = wanting(
                List.of(),
                List.of(new Window.Span(now, now.plusSeconds(5))),
                Optional.of(new Policy.Budget(1, Duration.ofDays(1))));
        Service service = new Service();
        UUID id = service.submit();
        service.attempt();
        tsa.behave(LabTsa.Mode.GOOD);
        now = now.plusSeconds(5);
        service.attempt();

        assertThat(service.request(id)).isInstanceOf(Completed.class);
        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
    }

    @Test
    void anAttemptCutOffAfterItsOutcomeIsNotHeldUpByItsOwnUseOfTheBudget() throws Exception {
        configuration = wanting(List.of(), List.of(), Optional.of(new Policy.Budget(1, Duration.ofDays(1))));
        tsa.behave(LabTsa.Mode.GOOD);
        Service service = new Service();
        UUID id = service.submit();
        Processing held = service.claim();
        Attempts attempts = service.attempts(new Unwritable(service.requests));
        assertThatThrownBy(() -> attempts.make(held)).isInstanceOf(StoreUnavailable.class);
        service.requests.releaseAll(now);
        service.attempt();

        assertThat(service.results(id)).containsExactly(Result.SIGNED, Result.SIGNED);
        assertThat(service.request(id)).isInstanceOf(Completed.class);
    }

    @Test
    void whoIsToldThatASignatureIsLeftAndComesSecondIsRefusedWithoutTheKey() throws Exception {
        configuration = wanting(List.of(), List.of(), Optional.of(new Policy.Budget(1, Duration.ofDays(1))));
        Service service = new Service();
        UUID id = service.submit();
        Processing held = service.claim();
        // As if another worker came between the question and the use.
        service.rules = Examples.rules(configuration);
        service.audit.append(new Intent(
                UUID.randomUUID(),
                1,
                now,
                "ci",
                "hello-driver",
                "test-signing",
                "publisher",
                held.submission().artifact(),
                held.submission().artifact()));
        service.attempts(service.requests).make(held);

        assertThat(service.request(id))
                .isInstanceOfSatisfying(
                        Denied.class, d -> assertThat(d.reason()).contains("allows 1 signatures", "they are used up"));
        assertThat(service.audit.of(id)).singleElement().isInstanceOf(AuditEvent.Refusal.class);
        assertThat(codeSignatures()).isEqualTo(keyUses);
    }
}
