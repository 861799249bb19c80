package io.countersign.signer.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.key.KeyUnavailable;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.request.jdbc.JdbcApprovals;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignedApprovalsTest {
    private static final SoftwareKey EVIDENCE = TestPki.root("Evidence");
    private static final UUID REQUEST = UUID.randomUUID();

    @TempDir
    private Path folder;

    private JdbcApprovals kept;
    private SignedApprovals approvals;

    @BeforeEach
    void empty() {
        kept = new JdbcApprovals(Database.in(folder));
        approvals = new SignedApprovals(kept, () -> EVIDENCE);
    }

    private static Approval by(String approver) {
        return new Approval(
                REQUEST, approver, "session:1", Examples.NOW, Examples.sha256("file"), Examples.sha256("policy"));
    }

    @Test
    void anApprovalThatTheServiceTookCounts() {
        approvals.add(by("alice"));
        assertThat(approvals.of(REQUEST)).extracting(Approval::approver).containsExactly("alice");
        assertThat(approvals.of(UUID.randomUUID())).isEmpty();
    }

    @Test
    void aRowThatSomebodyElsePutThereDoesNot() {
        kept.add(by("alice"));

        assertThat(kept.of(REQUEST)).hasSize(1);
        assertThat(approvals.of(REQUEST)).isEmpty();
        approvals.add(by("alice"));
        assertThat(approvals.of(REQUEST))
                .as("nor does it keep her from approving")
                .hasSize(1);
    }

    @Test
    void aStatementIsGoodForWhatItSaysAlone() {
        approvals.add(by("alice"));
        Optional<String> statement = kept.of(REQUEST).get(0).statement();

        forged(statement, a -> by("bob"));
        forged(
                statement,
                a -> new Approval(UUID.randomUUID(), a.approver(), a.session(), a.at(), a.artifact(), a.policy()));
        forged(
                statement,
                a -> new Approval(UUID.randomUUID(), a.approver(), "session:2", a.at(), a.artifact(), a.policy()));
        assertThat(approvals.of(REQUEST)).extracting(Approval::approver).containsExactly("alice");
    }

    private void forged(Optional<String> statement, UnaryOperator<Approval> change) {
        Approval other = change.apply(by("alice")).withStatement(statement.orElseThrow());
        kept.add(other);
        assertThat(approvals.of(other.request())).doesNotContain(other);
    }

    @Test
    void anotherKeysStatementDoesNotCount() {
        new SignedApprovals(kept, () -> TestPki.root("Evidence")).add(by("alice"));

        assertThat(kept.of(REQUEST)).hasSize(1);
        assertThat(approvals.of(REQUEST)).isEmpty();
    }

    @Test
    void withoutTheKeyNothingIsKept() {
        SignedApprovals away = new SignedApprovals(kept, () -> {
            throw KeyUnavailable.forNow("the token is away", null);
        });

        assertThatThrownBy(() -> away.add(by("alice"))).isInstanceOf(StoreUnavailable.class);
        assertThat(kept.of(REQUEST)).isEmpty();
        approvals.add(by("alice"));
        assertThatThrownBy(() -> away.of(REQUEST)).isInstanceOf(StoreUnavailable.class);
    }
}
