package io.countersign.signer.api;

import io.countersign.signer.request.RequestChanges;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response.Status;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Answers once a request has changed, or the time is over; a waiting client holds no thread. */
@Singleton
class StatusWait {
    /** Less than proxies wait for an answer, as a rule. */
    static final int LONGEST_SECONDS = 50;

    private static final int MOST_WAITING = 2000;

    /** Of one identity, so that none takes the others' places. */
    private static final int MOST_EACH = 100;

    private final RequestChanges changes;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Places waits = new Places(MOST_EACH);
    private final Places streams = new Places(MOST_EACH);

    StatusWait(RequestChanges changes) {
        this.changes = changes;
    }

    /**
     * Waits for the first change after this call and looks then; at once where too many wait.
     *
     * @param who counts as the one who waits
     * @param look called when there is something to see; it may block
     * @param isAwaited whether what was seen is worth an answer
     * @throws Problem.Refusal if he waits too often already
     */
    <T> Uni<T> change(String who, UUID request, Duration most, Supplier<T> look, Predicate<T> isAwaited) {
        take(waits, who);
        return step(request, most, look, isAwaited).onTermination().invoke(() -> waits.leave(who));
    }

    private static void take(Places places, String who) {
        if (!places.take(who)) {
            throw Problem.of(
                            Status.TOO_MANY_REQUESTS,
                            "\"" + who + "\" waits for " + MOST_EACH + " answers already",
                            "end some of them, or try again as Retry-After says")
                    .refusal();
        }
    }

    private <T> Uni<T> step(UUID request, Duration most, Supplier<T> look, Predicate<T> isAwaited) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            // Slowed down, so that who asks again at once does not do it all the time.
            return Uni.createFrom().item(look).onItem().delayIt().by(Duration.ofSeconds(1));
        }
        return Uni.createFrom()
                .<T>emitter(answer -> {
                    RequestChanges.Listening listening = changes.listen(id -> {
                        if (id.equals(request)) {
                            // The one who made the change does not wait for what we read.
                            Infrastructure.getDefaultWorkerPool().execute(() -> {
                                try {
                                    T seen = look.get();
                                    if (isAwaited.test(seen)) {
                                        answer.complete(seen);
                                    }
                                } catch (RuntimeException e) {
                                    answer.fail(e);
                                }
                            });
                        }
                    });
                    answer.onTermination(listening::close);
                    // It may have changed before we listened.
                    T present = look.get();
                    if (isAwaited.test(present)) {
                        answer.complete(present);
                    }
                })
                .ifNoItem()
                .after(most)
                .recoverWithUni(
                        () -> Uni.createFrom().item(look).runSubscriptionOn(Infrastructure.getDefaultWorkerPool()))
                .onTermination()
                .invoke(() -> waiting.decrementAndGet());
    }

    /**
     * What is seen now and after each change, until the last. Now and then something is seen that does not differ, which keeps
     * the connection alive.
     *
     * @param who counts as the one who watches
     * @throws Problem.Refusal if he watches too many already
     */
    <T> Multi<T> changes(String who, UUID request, Supplier<T> look, BiPredicate<T, T> differ, Predicate<T> isLast) {
        AtomicReference<T> last = new AtomicReference<>(look.get());
        Multi<T> first = Multi.createFrom().item(last.get());
        if (isLast.test(last.get())) {
            return first;
        }
        take(streams, who);
        Multi<T> rest = Multi.createBy()
                .repeating()
                .uni(() -> step(
                                request,
                                Duration.ofSeconds(LONGEST_SECONDS),
                                look,
                                seen -> differ.test(last.get(), seen))
                        // Looking blocks.
                        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                        .invoke(last::set))
                .whilst(seen -> !isLast.test(seen));
        return Multi.createBy()
                .concatenating()
                .streams(first, rest)
                .onTermination()
                .invoke(() -> streams.leave(who));
    }
}
