package io.countersign.cli;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Work on many files by all processors, whose results come one by one in the order of the files. */
final class InOrder {
    /** How many results may wait for the first of them: memory does not grow with the number of files. */
    private static final int AHEAD = 32;

    private InOrder() {}

    /** What is done for each, by several threads at once. */
    interface Work<T, R> {
        R of(T item) throws IOException, Failure;
    }

    /**
     * Does the work for all, and hands each result over in this thread.
     *
     * @throws IOException if the work for one failed so, after those before it were handed over; as is Failure
     */
    static <T, R> void each(List<T> items, Work<T, R> work, Consumer<R> results) throws IOException, Failure {
        if (items.size() == 1) {
            results.accept(work.of(items.get(0))); // threads are not worth their start
            return;
        }
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            Deque<Future<R>> begun = new ArrayDeque<>();
            for (T item : items) {
                begun.add(threads.submit(() -> work.of(item)));
                if (begun.size() == AHEAD) {
                    results.accept(result(begun.remove()));
                }
            }
            while (!begun.isEmpty()) {
                results.accept(result(begun.remove()));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static <R> R result(Future<R> future) throws IOException, Failure {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            if (e.getCause() instanceof Failure failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
