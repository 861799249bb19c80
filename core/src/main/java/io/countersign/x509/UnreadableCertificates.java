package io.countersign.x509;

import java.io.IOException;
import java.nio.file.Path;

/** A file does not hold what certificates are read from. The message names the file and says what is wrong with it. */
public final class UnreadableCertificates extends IOException {
    private static final long serialVersionUID = 1;

    UnreadableCertificates(Path file, String problem, Throwable cause) {
        super(file.toString().replaceAll("\\p{C}", "?") + " " + problem, cause);
    }
}
