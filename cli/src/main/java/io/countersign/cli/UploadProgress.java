package io.countersign.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far an upload is: a bar where standard error is a terminal, two plain lines where it is a log. */
final class UploadProgress implements AutoCloseable {
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
    private static final int WIDTH = 80;

    private final Optional<ProgressBar> bar;

    private UploadProgress(Optional<ProgressBar> bar) {
        this.bar = bar;
    }

    static UploadProgress start(Shell shell, Path file) throws IOException {
        long size = Files.size(file);
        if (!isTerminal()) {
            shell.progress("uploading " + file + ", " + size + " bytes");
            return new UploadProgress(Optional.empty());
        }
        return new UploadProgress(Optional.of(new ProgressBarBuilder()
                .setTaskName("uploading " + file.getFileName())
                .setInitialMax(size)
                .setUnit(" KiB", 1024)
                .setStyle(ProgressBarStyle.ASCII)
                .setConsumer(new ConsoleProgressBarConsumer(shell.err(), WIDTH))
                .build()));
    }

    /** More bytes went out. Form fields are counted too, so the bar stops at its end. */
    void sent(long bytes) {
        bar.ifPresent(b -> b.stepTo(Math.min(b.getMax(), b.getCurrent() + bytes)));
    }

    @Override
    public void close() {
        bar.ifPresent(ProgressBar::close);
    }

    /** System.console() would answer for standard input and output, and from JDK 22 on says yes to pipes. */
    private static boolean isTerminal() {
        try {
            String device = Files.readSymbolicLink(STANDARD_ERROR).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException e) {
            return false; // no /proc here: plain lines are never wrong
        }
    }
}
