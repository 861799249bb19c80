package io.countersign.signer.artifact;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Files under their SHA-256. What is kept never changes, and keeping the same bytes twice keeps them once. Safe for several
 * threads and processes. Memory does not grow with the size of a file.
 *
 * <p>Trusted with availability, not with content: the pipeline digests what it takes out again before a key is used for it.
 */
public interface ArtifactStore {
    /**
     * Takes a file over: after this it is in the store and no longer where it was. Whole and durable when this returns; after
     * a crash it is there whole or not at all.
     *
     * @return the digest it is kept under
     * @throws IOException if it could not be kept; then it is still where it was
     */
    Digest keep(Path file) throws IOException;

    /**
     * A local file with these bytes, to be read and never written.
     *
     * @throws java.nio.file.NoSuchFileException if nothing is kept under this digest
     */
    Path file(Digest sha256) throws IOException;

    /**
     * Keeps what is there as if it had been kept now.
     *
     * @return false if it is not there
     */
    boolean keepAgain(Digest sha256) throws IOException;

    /**
     * Deletes what was last kept before a time; what was kept again since stays, for whoever kept it may not have said so yet.
     *
     * @return whether it is gone
     * @throws IOException if it could not be deleted
     */
    boolean delete(Digest sha256, Instant keptBefore) throws IOException;

    /**
     * What is kept, in the order of its digests: those after one, or the first.
     *
     * @throws IOException if the store cannot be read
     */
    List<Digest> after(Optional<Digest> last, int most) throws IOException;

    /** SHA-256 of a file, read as a stream. */
    static Digest digestOf(Path file) throws IOException {
        MessageDigest sha256 = DigestAlgorithm.SHA256.newMessageDigest();
        byte[] block = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                sha256.update(block, 0, n);
            }
        }
        return new Digest(DigestAlgorithm.SHA256, Bytes.of(sha256.digest()));
    }
}
