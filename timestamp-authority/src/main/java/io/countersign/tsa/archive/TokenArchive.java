package io.countersign.tsa.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The archive of an authority. One thread writes what many have issued, as many in one commit as are waiting: a commit costs the
 * disk the same for one token as for hundreds. Nothing grows with the number of tokens but the file. Safe for several threads;
 * one process at a time owns the file.
 */
public final class TokenArchive implements AutoCloseable {
    private static final int MOST_WAITING = 4096;
    private static final int MOST_IN_A_COMMIT = 512;

    /** Small, so that tokens to be kept wait for it no longer than for a commit of their own. */
    private static final int REMOVED_AT_ONCE = 500;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path path;
    private final BlockingQueue<Task> tasks = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread writer;
    private volatile boolean closing;

    /** Only the writer's. Null after a failure, until it is opened again. */
    private ArchiveFile file;

    private sealed interface Task {
        CompletableFuture<?> done();
    }

    private record Keep(ArchivedToken token, CompletableFuture<Void> done) implements Task {}

    private record Find(Search search, CompletableFuture<List<ArchivedToken>> done) implements Task {}

    private record Remove(Instant before, CompletableFuture<Integer> done) implements Task {}

    private TokenArchive(Path path, ArchiveFile file) {
        this.path = path;
        this.file = file;
        this.writer = new Thread(this::work, "token archive");
        writer.setDaemon(true);
        writer.start();
    }

    /**
     * Opens the archive, or makes one.
     *
     * @param path the file; its folder is made too
     * @throws ArchiveUnavailable if it cannot be written, belongs to another process, or is of a newer version
     */
    public static TokenArchive open(Path path) throws ArchiveUnavailable {
        try {
            return new TokenArchive(path, new ArchiveFile(path));
        } catch (SQLException | IOException e) {
            throw failed(path, e);
        }
    }

    /**
     * Keeps a token; it is on the disk when this returns. Until then nobody may have it.
     *
     * @throws ArchiveUnavailable if it was not kept, or nobody can tell within ten seconds: then the token must not be given
     */
    public void keep(ArchivedToken token) throws ArchiveUnavailable {
        this.<Void>done(new CompletableFuture<>(), t -> new Keep(token, t));
    }

    /** What was found, the oldest first. */
    public List<ArchivedToken> find(Search search) throws ArchiveUnavailable {
        return done(new CompletableFuture<>(), t -> new Find(search, t));
    }

    /** Removes every token whose genTime is before the given one, a few at a time; says how many it were. */
    public int removeBefore(Instant time) throws ArchiveUnavailable {
        int removed = 0;
        int some;
        do {
            some = done(new CompletableFuture<>(), t -> new Remove(time, t));
            removed += some;
        } while (some == REMOVED_AT_ONCE);
        return removed;
    }

    /** How many tokens and questions wait for the disk. */
    public int waiting() {
        return tasks.size();
    }

    /** Ends when what was asked before is done. */
    @Override
    public void close() {
        closing = true;
        writer.interrupt();
        try {
            writer.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <T> T done(CompletableFuture<T> result, Function<CompletableFuture<T>, Task> task)
            throws ArchiveUnavailable {
        try {
            if (closing || !tasks.offer(task.apply(result), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ArchiveUnavailable(
                        "the archive " + path + (closing ? " is closed" : " does not keep up with the tokens"), null);
            }
            return result.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw failed(path, e.getCause());
        } catch (TimeoutException e) {
            throw new ArchiveUnavailable("the archive " + path + " did not answer within " + PATIENCE, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveUnavailable("interrupted while waiting for the archive " + path, e);
        }
    }

    private static ArchiveUnavailable failed(Path path, Throwable cause) {
        return new ArchiveUnavailable(
                "the archive " + path + " failed: " + cause.getMessage()
                        + "; make room on the disk and the file writable, and stop any other process that has it open",
                cause);
    }

    // ---- the writer ----

    private void work() {
        List<Task> batch = new ArrayList<>(MOST_IN_A_COMMIT);
        while (!closing || !tasks.isEmpty()) {
            try {
                batch.add(tasks.take());
            } catch (InterruptedException e) {
                continue; // Asked to end: what waits is done first.
            }
            tasks.drainTo(batch, MOST_IN_A_COMMIT - 1);
            perform(batch);
            batch.clear();
        }
        shut();
        tasks.forEach(t -> t.done().cancel(false));
    }

    private void perform(List<Task> batch) {
        try {
            if (file == null) {
                file = reopened();
            }
            List<ArchivedToken> issued = batch.stream()
                    .filter(Keep.class::isInstance)
                    .map(t -> ((Keep) t).token())
                    .toList();
            if (!issued.isEmpty()) {
                file.add(issued);
            }
            file.requireInPlace(); // After the commit: what was removed later was kept first.
            for (Task task : batch) {
                if (task instanceof Keep keep) {
                    keep.done().complete(null);
                } else if (task instanceof Find find) {
                    find.done().complete(file.find(find.search()));
                } else if (task instanceof Remove remove) {
                    remove.done().complete(file.remove(remove.before(), REMOVED_AT_ONCE));
                }
            }
        } catch (SQLException | IOException | RuntimeException e) {
            // Whoever waits is told; the next ones get a connection that no failure has touched.
            shut();
            batch.forEach(t -> t.done().completeExceptionally(e));
        }
    }

    /** A missing archive is not made anew beside tokens that were given: that is for an operator to decide. */
    private ArchiveFile reopened() throws SQLException, IOException {
        if (!Files.exists(path)) {
            throw new IOException("its file is gone; put it back, or restart the authority to begin a new, empty one");
        }
        return new ArchiveFile(path);
    }

    private void shut() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (SQLException e) {
            // What was committed is on the disk, and nobody was told of anything else.
        } finally {
            file = null;
        }
    }
}
