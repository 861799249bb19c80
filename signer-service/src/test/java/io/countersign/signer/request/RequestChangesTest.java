package io.countersign.signer.request;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.jdbc.JdbcRequests;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestChangesTest {
    @TempDir
    private Path folder;

    private final RequestChanges changes = new RequestChanges();
    private final List<UUID> heard = new ArrayList<>();
    private AnnouncedRequests requests;

    @BeforeEach
    void open() {
        requests = new AnnouncedRequests(new JdbcRequests(Database.in(folder)), changes);
    }

    @Test
    void everyChangeOfAStateIsToldOnceAndNothingElse() {
        changes.listen(heard::add);
        WaitingForApproval waiting = new WaitingForApproval(Examples.submission(), NOW.plusSeconds(60));
        UUID id = waiting.id();
        requests.add(waiting);
        assertThat(heard).containsExactly(id);
        requests.replace(waiting, waiting.approved(NOW));
        assertThat(heard).hasSize(2);
        requests.replace(waiting, waiting.canceled("ci", NOW));
        assertThat(heard).hasSize(2);
        Processing held = requests.claim("worker", NOW, NOW.plusSeconds(60)).orElseThrow();
        assertThat(heard).hasSize(3);
        requests.renew(held, NOW.plusSeconds(90));
        requests.find(id);
        assertThat(heard).hasSize(3);
        requests.settle(held, held.failed("no", NOW));
        requests.settle(held, held.failed("again", NOW));
        assertThat(heard).hasSize(4).containsOnly(id);
        assertThat(requests.claim("worker", NOW, NOW.plusSeconds(60))).isEmpty();
        assertThat(heard).hasSize(4);
    }

    @Test
    void aListenerThatFailsHindersNobodyAndOneThatStoppedIsNotTold() {
        RequestChanges.Listening stopped = changes.listen(id -> heard.add(new UUID(0, 0)));
        changes.listen(id -> {
            throw new IllegalStateException("a listener's own fault");
        });
        changes.listen(heard::add);
        stopped.close();
        Queued queued = Queued.first(Examples.submission());
        assertThat(requests.add(queued)).isTrue();
        assertThat(heard).containsExactly(queued.id());
    }
}
