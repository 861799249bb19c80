package io.countersign.signer.pipeline;

import io.countersign.pe.ByteSource;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import java.io.IOException;
import java.nio.file.Path;

/** What can be said against an upload without reading more than its headers. */
final class SubmittedFile {
    private SubmittedFile() {}

    /** @throws UnsignableUpload if signing would refuse the file for its headers */
    static void requireSignable(Path file) throws IOException, UnsignableUpload {
        try (ByteSource source = ByteSource.open(file)) {
            if (PeImage.parse(source).certificateTable().isPresent()) {
                throw new UnsignableUpload("the file is already signed");
            }
        } catch (MalformedPe e) {
            throw new UnsignableUpload(e.getMessage(), e);
        }
    }
}
