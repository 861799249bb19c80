package io.countersign.signer.pipeline;

import io.countersign.signer.audit.AuditUnavailable;
import io.countersign.signer.request.RequestQueue;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.StoreUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Threads that take requests from the queue, each holding one at a time and renewing its lease. They are woken by
 * {@link #wake}, and look by themselves every second for retries that fall due and leases that end.
 */
public final class SigningWorkers {
    private static final Logger LOG = Logger.getLogger(SigningWorkers.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration RENEW = Duration.ofSeconds(15);
    private static final Duration CHORE = Duration.ofSeconds(5);

    /** One turn may digest, sign and verify a file of the largest size and wait for several authorities. */
    private static final Duration LONGEST_TURN = Duration.ofMinutes(10);

    private final RequestQueue queue;
    private final Attempts attempts;
    private final InstantSource clock;
    private final int threads;
    private final Runnable chore;
    private final Semaphore signals = new Semaphore(0);
    private final ExecutorService workers;
    private final ScheduledExecutorService renewals;
    /** Not the renewals' thread: a chore that takes a minute must not cost those at work their leases. */
    private final ScheduledExecutorService housekeeping;

    private final Duration renew;
    private final Duration pause;
    /** When each worker that still runs last began a turn of its loop. */
    private final Map<String, Instant> turns = new ConcurrentHashMap<>();

    private volatile boolean stopping;
    private volatile ScheduledFuture<?> chores;

    /**
     * @param threads a token computes, so more threads than cores only wait in line
     * @param chore what else is due every few seconds
     */
    public SigningWorkers(RequestQueue queue, Attempts attempts, int threads, Runnable chore, InstantSource clock) {
        this(queue, attempts, threads, chore, RENEW, CHORE, clock);
    }

    /**
     * @param renew how often a lease is renewed
     * @param pause between two runs of the chore
     */
    SigningWorkers(
            RequestQueue queue,
            Attempts attempts,
            int threads,
            Runnable chore,
            Duration renew,
            Duration pause,
            InstantSource clock) {
        this.renew = renew;
        this.pause = pause;
        this.queue = queue;
        this.attempts = attempts;
        this.clock = clock;
        this.threads = threads;
        this.chore = chore;
        this.workers = Executors.newFixedThreadPool(threads, named("signing-"));
        this.renewals = Executors.newSingleThreadScheduledExecutor(named("lease-renewal-"));
        this.housekeeping = Executors.newSingleThreadScheduledExecutor(named("chore-"));
    }

    public void start() {
        String process = UUID.randomUUID().toString();
        for (int i = 0; i < threads; i++) {
            String worker = process + "/" + i;
            turns.put(worker, clock.instant());
            workers.execute(() -> run(worker));
        }
        chores = housekeeping.scheduleWithFixedDelay(
                this::doChore, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether every worker runs, and none has been at one turn of its loop for more than ten minutes. */
    public boolean alive() {
        Instant oldest = clock.instant().minus(LONGEST_TURN);
        return turns.size() == threads && turns.values().stream().noneMatch(t -> t.isBefore(oldest));
    }

    /** Says that a request waits. Who is busy looks anyway, so that more signals than workers would only be looked for in vain. */
    public void wake() {
        if (signals.availablePermits() < threads) {
            signals.release();
        }
    }

    /**
     * Takes no more requests, and waits for those in hand. What is not done by then is interrupted, and tried again after the
     * next start.
     */
    public void stop(Duration patience) {
        stopping = true;
        if (chores != null) {
            chores.cancel(false);
        }
        signals.release(threads);
        workers.shutdown();
        try {
            if (!workers.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warnf("stopping with work in hand after %s; it will be tried again", patience);
                workers.shutdownNow();
                workers.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            workers.shutdownNow();
        }
        renewals.shutdownNow();
        housekeeping.shutdownNow();
    }

    private void run(String worker) {
        try {
            while (!stopping) {
                turns.put(worker, clock.instant());
                turn(worker);
            }
        } finally {
            turns.remove(worker);
        }
    }

    private void turn(String worker) {
        try {
            Optional<Processing> request =
                    queue.claim(worker, clock.instant(), clock.instant().plus(LEASE));
            if (request.isPresent()) {
                attempt(request.get());
            } else {
                awaitSignal();
            }
        } catch (StoreUnavailable | AuditUnavailable e) {
            LOG.error("signing pauses: " + e.getMessage(), e);
            awaitSignal();
        } catch (RuntimeException | Error e) {
            // Nobody replaces a worker that ends, and with the last one signing would stop without a word. What is
            // wrong may pass: memory that was short for one file is there for the next.
            LOG.error("signing pauses: internal error", e);
            awaitSignal();
        }
    }

    private void attempt(Processing request) {
        ScheduledFuture<?> renewal = renewals.scheduleAtFixedRate(
                () -> renew(request), renew.toMillis(), renew.toMillis(), TimeUnit.MILLISECONDS);
        try {
            attempts.make(request);
        } finally {
            renewal.cancel(false);
        }
    }

    private void renew(Processing request) {
        try {
            queue.renew(request, clock.instant().plus(LEASE));
        } catch (StoreUnavailable e) {
            // The next renewal may succeed; if none does, fencing drops the result.
            LOG.warnf("could not renew the lease of %s: %s", request.id(), e.getMessage());
        }
    }

    private void doChore() {
        try {
            chore.run();
        } catch (RuntimeException e) {
            // A schedule ends with its first exception, and nobody would notice.
            LOG.error("what is due every few seconds was not done", e);
        }
    }

    private void awaitSignal() {
        try {
            if (signals.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.trace("woken");
            }
        } catch (InterruptedException e) {
            stopping = true;
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
