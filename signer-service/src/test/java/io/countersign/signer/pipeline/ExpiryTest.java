package io.countersign.signer.pipeline;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.policy.RuleId;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.SigningRequest.Denied;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.StoreUnavailable;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpiryTest extends DeskFixture {
    @Test
    void aRequestWhosePolicyWasEditedOrRemovedIsRefusedWhileItWaitsAndIsToldWhy() throws Exception {
        configuration.set(Examples.configuration(Examples.testSigning(), wanting(1, "alice", "bob")));
        WaitingForApproval edited = submitted("ci");
        Expiry expiry = new Expiry(rules, requests, clock::get);
        expiry.run();
        assertThat(find(edited)).isEqualTo(edited);
        configuration.set(Examples.configuration(Examples.testSigning(), wanting(2, "alice", "bob")));
        WaitingForApproval removed = submitted("ci");
        expiry.run();
        assertThat(find(edited))
                .isInstanceOfSatisfying(
                        Denied.class,
                        d -> assertThat(d.reason())
                                .contains("approvals was \"1\" and is \"2\"")
                                .contains("submit the file again"));
        assertThat(audit.of(edited.id()))
                .singleElement()
                .isInstanceOfSatisfying(
                        AuditEvent.Refusal.class,
                        r -> assertThat(r.reason()).isEqualTo(((Denied) find(edited)).reason()));
        assertThat(find(removed)).isEqualTo(removed);

        configuration.set(Examples.configuration(Examples.testSigning()));
        expiry.run();
        assertThat(find(removed))
                .isInstanceOfSatisfying(
                        Denied.class,
                        d -> assertThat(d.reason()).contains("was removed after the request was accepted"));
    }

    @Test
    void anApprovalWhoseEffectWasLostHasItAtStartUpOrWhenItsTimeIsOver() throws Exception {
        WaitingForApproval one = submitted("ci");
        WaitingForApproval other = submitted("ci");
        WaitingForApproval half = submitted("ci");
        for (WaitingForApproval waiting : List.of(one, half)) {
            approved(waiting, "alice");
        }
        approved(one, "bob");
        desk.resume();
        assertThat(find(one)).isInstanceOf(Queued.class);
        assertThat(find(other)).isEqualTo(other);
        assertThat(find(half)).isEqualTo(half);

        approved(half, "bob");
        clock.set(NOW.plus(WEEK));
        new Expiry(rules, requests, clock::get).run();
        assertThat(find(half)).isInstanceOf(Queued.class);
        assertThat(find(other)).isInstanceOf(Denied.class);
    }

    @Test
    void oneRequestWhoseApprovalsCannotBeVerifiedNowHoldsUpNoOther() throws Exception {
        WaitingForApproval unclear = submitted("ci");
        WaitingForApproval clear = submitted("ci");
        for (WaitingForApproval waiting : List.of(unclear, clear)) {
            approved(waiting, "alice");
            approved(waiting, "bob");
        }
        WaitingForApproval late = submitted("ci");
        SigningRules unsure = new SigningRules(configuration::get, audit::intentsUnder, id -> {
            if (id.equals(unclear.id())) {
                throw new StoreUnavailable("the token is away", null);
            }
            return approvals.of(id);
        });
        new ApprovalDesk(unsure, audit, approvals, requests, intake, () -> {}, clock::get).resume();
        assertThat(find(unclear)).isEqualTo(unclear);
        assertThat(find(clear)).isInstanceOf(Queued.class);

        clock.set(NOW.plus(WEEK));
        new Expiry(unsure, requests, clock::get).run();
        assertThat(find(unclear)).isEqualTo(unclear);
        assertThat(find(late)).isInstanceOf(Denied.class);
    }

    @Test
    void whatNobodyApprovesInTimeIsDenied() throws Exception {
        WaitingForApproval waiting = submitted("ci");
        Expiry expiry = new Expiry(rules, requests, clock::get);
        clock.set(NOW.plus(WEEK).minusMillis(1));
        expiry.run();
        assertThat(find(waiting)).isEqualTo(waiting);
        clock.set(NOW.plus(WEEK));
        assertThat(refused(refusal("alice", waiting))).containsExactly(RuleId.APPROVAL_IN_TIME);
        expiry.run();
        assertThat(find(waiting))
                .isInstanceOfSatisfying(
                        Denied.class, d -> assertThat(d.reason()).contains("nobody approved it until"));
        assertThat(audit.of(waiting.id())).hasAtLeastOneElementOfType(AuditEvent.Denial.class);
    }
}
