package io.countersign.hsm;

import io.countersign.home.Home;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** Who has it makes or renews a home; everybody else waits. Released when its process ends, however that ends. */
final class HomeLock implements Closeable {
    static final String FILE = ".ceremony-lock";

    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final long PAUSE_MILLIS = 50;

    private final FileChannel file;
    private final FileLock lock;

    private HomeLock(FileChannel file, FileLock lock) {
        this.file = file;
        this.lock = lock;
    }

    /**
     * Waits for it.
     *
     * @throws IOException if another holds it for longer than a ceremony can take, or the folder cannot be written
     */
    static HomeLock of(Home home) throws IOException {
        FileChannel file =
                FileChannel.open(home.root().resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            return new HomeLock(file, lock(file));
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    boolean isValid() {
        return lock.isValid();
    }

    @Override
    public void close() throws IOException {
        lock.close();
        file.close();
    }

    /** Between processes the operating system waits for us; between threads of one process Java throws instead. */
    private static FileLock lock(FileChannel file) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                FileLock lock = file.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException e) {
                // Another thread of this process is at it.
            }
            try {
                Thread.sleep(PAUSE_MILLIS); // FileChannel waits for a lock without an end, or not at all.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while another run of the ceremony was awaited", e);
            }
        }
        throw new IOException("another run of the ceremony has held its lock for " + PATIENCE + "; stop that process");
    }
}
