package io.countersign.signer.pipeline;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.signer.fixture.Examples;
import io.countersign.signer.request.RequestQueue;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Failed;
import io.countersign.signer.request.SigningRequest.Processing;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Threads that make attempts which cannot succeed. */
class SigningWorkersTest extends TokenlessFixture {
    /** The real queue, with something in front of each claim. */
    private record Disturbed(RequestQueue queue, Runnable beforeClaim) implements RequestQueue {
        @Override
        public Optional<Processing> claim(String worker, Instant now, Instant leaseUntil) {
            beforeClaim.run();
            return queue.claim(worker, now, leaseUntil);
        }

        @Override
        public boolean renew(Processing held, Instant leaseUntil) {
            return queue.renew(held, leaseUntil);
        }

        @Override
        public boolean settle(Processing held, SigningRequest next) {
            return queue.settle(held, next);
        }

        @Override
        public List<Processing> releaseAll(Instant now) {
            return queue.releaseAll(now);
        }
    }

    private static void until(BooleanSupplier condition) {
        Instant deadline = Instant.now().plusSeconds(30);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    @Test
    void aWorkerOutlivesWhatNobodyForesaw() throws IOException {
        Processing request = claimed(1);
        AtomicInteger claims = new AtomicInteger();
        RequestQueue disturbed = new Disturbed(requests, () -> {
            int claim = claims.incrementAndGet();
            if (claim == 1) {
                throw new IllegalStateException("row in a state nobody foresaw");
            }
            if (claim == 2) {
                throw new OutOfMemoryError("not really");
            }
        });
        SigningWorkers workers = new SigningWorkers(
                disturbed, attempts(Examples.configuration(Examples.testSigning())), 1, () -> {}, () -> NOW);
        assertThat(workers.alive()).isFalse();
        workers.start();
        try {
            until(() -> after(request) instanceof Failed);
            assertThat(workers.alive()).isTrue();
        } finally {
            workers.stop(Duration.ofSeconds(5));
        }
        assertThat(workers.alive()).isFalse();
    }

    /** The real queue, whose requests take long until they were renewed, or until it is too late. */
    private record Slow(RequestQueue queue, CountDownLatch renewed) implements RequestQueue {
        @Override
        public Optional<Processing> claim(String worker, Instant now, Instant leaseUntil) {
            return queue.claim(worker, now, leaseUntil);
        }

        @Override
        public boolean renew(Processing held, Instant leaseUntil) {
            renewed.countDown();
            return queue.renew(held, leaseUntil);
        }

        @Override
        public boolean settle(Processing held, SigningRequest next) {
            try {
                return renewed.await(10, TimeUnit.SECONDS) && queue.settle(held, next);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public List<Processing> releaseAll(Instant now) {
            return queue.releaseAll(now);
        }
    }

    @Test
    void aChoreThatTakesLongCostsNobodyALease() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        SigningWorkers workers = new SigningWorkers(
                new Slow(requests, new CountDownLatch(1)),
                attempts(Examples.configuration(Examples.testSigning())),
                1,
                () -> {
                    begun.countDown();
                    try {
                        enough.await(30, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                Duration.ofMillis(50),
                Duration.ofMillis(1),
                () -> NOW);
        Processing request = claimed(0);
        requests.releaseAll(NOW);
        workers.start();
        try {
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            until(() -> after(request) instanceof Failed);
        } finally {
            enough.countDown();
            workers.stop(Duration.ofSeconds(5));
        }
    }

    @Test
    void aWorkerThatIsStuckIsNotAlive() {
        AtomicReference<Instant> clock = new AtomicReference<>(NOW);
        CountDownLatch stuck = new CountDownLatch(1);
        RequestQueue disturbed = new Disturbed(requests, () -> {
            stuck.countDown();
            LockSupport.parkNanos(Duration.ofSeconds(30).toNanos());
        });
        SigningWorkers workers = new SigningWorkers(
                disturbed, attempts(Examples.configuration(Examples.testSigning())), 1, () -> {}, clock::get);
        workers.start();
        until(() -> stuck.getCount() == 0);
        assertThat(workers.alive()).isTrue();
        clock.set(NOW.plus(Duration.ofMinutes(11)));
        assertThat(workers.alive()).isFalse();
        workers.stop(Duration.ofMillis(10));
    }
}
