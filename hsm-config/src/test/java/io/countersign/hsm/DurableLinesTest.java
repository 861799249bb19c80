package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableLinesTest {
    private static final int THREADS = 16;
    private static final int LINES = 50;
    private static final long BETWEEN_MOVES_NANOS = 2_000_000;

    @TempDir
    private Path folder;

    private Path file;
    private DurableLines lines;

    @BeforeEach
    void open() {
        file = folder.resolve("log/lines");
        lines = new DurableLines(file);
    }

    @Test
    void aLineIsThereWhenTheCallReturnsWhoeverElseWrites() throws Exception {
        inThreads(line -> {
            append(lines, line);
            assertThat(Files.readAllLines(file)).contains(line);
        });

        assertThat(Files.readAllLines(file)).hasSize(THREADS * LINES).doesNotHaveDuplicates();
    }

    @Test
    void noLineIsLostOrTornWhileTheFileIsMovedAwayAgainAndAgain() throws Exception {
        DurableLines another = new DurableLines(file);
        Set<String> written = new HashSet<>();
        Thread operator = new Thread(() -> {
            for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                try {
                    Files.move(file, folder.resolve("moved-" + i));
                } catch (NoSuchFileException e) {
                    // Not made anew yet.
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                // A file that is gone each time it is looked at could keep a line waiting for ever.
                LockSupport.parkNanos(BETWEEN_MOVES_NANOS);
            }
        });
        operator.start();
        inThreads(line -> {
            append(line.hashCode() % 2 == 0 ? lines : another, line);
            synchronized (written) {
                written.add(line);
            }
        });
        operator.interrupt();
        operator.join();

        Set<String> found = new HashSet<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                found.addAll(Files.readAllLines(each));
            }
        }
        assertThat(written).hasSize(THREADS * LINES);
        assertThat(found).isEqualTo(written);
    }

    @Test
    void aFileThatWasRemovedIsMadeAnew() throws IOException {
        append(lines, "before");
        Files.delete(file);

        append(lines, "after");

        assertThat(Files.readAllLines(file)).containsExactly("after");
    }

    @Test
    void afterAFailureItWorksAgainAsSoonAsItCan() throws IOException {
        Files.createDirectories(file);
        assertThatThrownBy(() -> append(lines, "lost")).isInstanceOf(IOException.class);

        Files.delete(file);
        append(lines, "kept");

        assertThat(Files.readAllLines(file)).containsExactly("kept");
    }

    @Test
    void anInterruptedThreadsLineIsWrittenAndTheInterruptKept() throws IOException {
        Thread.currentThread().interrupt();
        append(lines, "line");

        assertThat(Thread.interrupted()).isTrue();
        assertThat(Files.readAllLines(file)).containsExactly("line");
    }

    @Test
    void aLineLongerThanAWriteIsWhole() throws IOException {
        String huge = "x".repeat(100_000);

        append(lines, huge);
        append(lines, "next");

        assertThat(Files.readAllLines(file)).containsExactly(huge, "next");
    }

    private interface Work {
        void with(String line) throws IOException;
    }

    private static void inThreads(Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                String name = "thread " + thread + " line ";
                all.add(threads.submit(() -> {
                    for (int i = 0; i < LINES; i++) {
                        work.with(name + i);
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void append(DurableLines lines, String line) throws IOException {
        lines.append((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
