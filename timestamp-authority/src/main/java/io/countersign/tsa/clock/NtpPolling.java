package io.countersign.tsa.clock;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Asks the servers at once when started and then every period, all at the same time, and tells a {@link ClockWatch}. */
public final class NtpPolling implements AutoCloseable {
    /** For one answer; a name that has to be looked up gets as much again. */
    public static final Duration PATIENCE = Duration.ofSeconds(2);

    private final List<NtpServer> servers;
    private final InstantSource wall;
    private final LongSupplier nanos;
    private final ClockWatch watch;
    private final Consumer<NtpAnswer> observer;
    private final ExecutorService askers;
    private final ScheduledExecutorService timer;

    /**
     * Starts nothing yet.
     *
     * @param wall the clock that is watched, and {@code nanos} the monotonic one beside it
     * @param observer is told each answer, for logs and metrics
     */
    public NtpPolling(
            List<InetSocketAddress> servers,
            Duration patience,
            InstantSource wall,
            LongSupplier nanos,
            ClockWatch watch,
            Consumer<NtpAnswer> observer) {
        this.servers = servers.stream().map(s -> new NtpServer(s, patience)).toList();
        this.wall = wall;
        this.nanos = nanos;
        this.watch = watch;
        this.observer = observer;
        this.askers = Executors.newFixedThreadPool(Math.max(1, servers.size()), NtpPolling::daemon);
        this.timer = Executors.newSingleThreadScheduledExecutor(NtpPolling::daemon);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "ntp");
        thread.setDaemon(true);
        return thread;
    }

    /** Asks every {@code period}, the first time now. */
    public void start(Duration period) {
        // Should it ever end with an exception, the confirmation expires and the clock is not believed.
        var unused = timer.scheduleWithFixedDelay(this::poll, 0, period.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Asks all servers once, and returns when each has answered or used up its time. */
    void poll() {
        ClockReading before = watch.reading();
        List<Callable<NtpAnswer>> questions = new ArrayList<>();
        servers.forEach(server -> questions.add(() -> server.ask(wall, nanos)));
        try {
            List<Future<NtpAnswer>> asked = askers.invokeAll(questions, 2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            List<NtpAnswer> answers = new ArrayList<>();
            for (int i = 0; i < asked.size(); i++) {
                answers.add(answer(servers.get(i), asked.get(i)));
            }
            watch.takeIn(answers, before);
            answers.forEach(observer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static NtpAnswer answer(NtpServer server, Future<NtpAnswer> asked) throws InterruptedException {
        try {
            return asked.get();
        } catch (CancellationException e) {
            return new NtpAnswer.Failed(server.name(), NtpAnswer.Failure.SILENT, "took too long, its name perhaps");
        } catch (ExecutionException e) {
            return new NtpAnswer.Failed(server.name(), NtpAnswer.Failure.MALFORMED, "broke the question: " + e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        askers.shutdownNow();
    }
}
