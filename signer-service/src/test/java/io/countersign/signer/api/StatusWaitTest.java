package io.countersign.signer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.signer.request.RequestChanges;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StatusWaitTest {
    private static final UUID REQUEST = UUID.randomUUID();

    private final RequestChanges changes = new RequestChanges();
    private final StatusWait wait = new StatusWait(changes);

    private Multi<String> stream(String who) {
        return wait.changes(who, REQUEST, () -> "waiting", (a, b) -> !a.equals(b), s -> s.equals("gone"));
    }

    @Test
    void anIdentityHasSoManyStreamsAndWaitsAndLeavesThemToOthers() {
        Cancellable first = stream("ci").subscribe().with(seen -> {});
        for (int i = 1; i < 100; i++) {
            stream("ci").subscribe().with(seen -> {});
        }
        assertThat(catchThrowableOfType(Problem.Refusal.class, () -> stream("ci"))
                        .problem()
                        .status())
                .isEqualTo(429);
        stream("alice").subscribe().with(seen -> {}).cancel();
        first.cancel();
        stream("ci").subscribe().with(seen -> {});

        Duration minute = Duration.ofMinutes(1);
        for (int i = 0; i < 100; i++) {
            wait.change("ci", REQUEST, minute, () -> "waiting", s -> false)
                    .subscribe()
                    .with(seen -> {});
        }
        assertThat(catchThrowableOfType(
                                Problem.Refusal.class,
                                () -> wait.change("ci", REQUEST, minute, () -> "waiting", s -> false))
                        .problem()
                        .status())
                .isEqualTo(429);
    }

    @Test
    void aStreamEndsWithWhatIsSeenLast() throws Exception {
        AtomicReference<String> present = new AtomicReference<>("waiting");
        List<String> seen = new CopyOnWriteArrayList<>();
        CountDownLatch ended = new CountDownLatch(1);
        wait.changes("ci", REQUEST, present::get, (a, b) -> !a.equals(b), s -> s.equals("gone"))
                .subscribe()
                .with(seen::add, failure -> {}, ended::countDown);
        present.set("gone");
        for (int i = 0; i < 100 && ended.getCount() > 0; i++) {
            changes.changed(REQUEST);
            ended.await(100, TimeUnit.MILLISECONDS);
        }
        assertThat(seen).containsExactly("waiting", "gone");
    }
}
