package io.countersign.sign;

import io.countersign.format.FileFormat;
import io.countersign.format.MalformedFile;
import java.io.IOException;
import java.nio.file.Path;

/** Which format a file is of, or why it cannot be worked on. */
final class Formats {
    private Formats() {}

    /**
     * @throws UnacceptableFile if it is of none
     */
    static FileFormat of(Path file) throws IOException, UnacceptableFile {
        try {
            return FileFormat.of(file)
                    .orElseThrow(() ->
                            new UnacceptableFile("not a PE file, nor of another format that can be signed; known are "
                                    + FileFormat.known()));
        } catch (MalformedFile e) {
            throw new UnacceptableFile(e.getMessage(), e);
        }
    }
}
