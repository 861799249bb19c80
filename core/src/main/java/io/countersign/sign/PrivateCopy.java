package io.countersign.sign;

import io.countersign.cms.SignedDataSignature;
import io.countersign.file.AtomicFile;
import io.countersign.format.FileFormat;
import io.countersign.format.MalformedFile;
import io.countersign.format.SignableFile;
import io.countersign.format.SigningCopy;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A copy of an input beside its output, for libraries that write in place. Gone when closed, unless it became the output. For
 * one thread.
 */
final class PrivateCopy implements Closeable {
    private final AtomicFile file;

    private PrivateCopy(AtomicFile file) {
        this.file = file;
    }

    static PrivateCopy of(Path input, Path output) throws IOException {
        PrivateCopy copy = new PrivateCopy(AtomicFile.beside(output));
        try (OutputStream out = Files.newOutputStream(copy.path())) {
            Files.copy(input, out);
            return copy;
        } catch (IOException e) {
            copy.close();
            throw e;
        }
    }

    Path path() {
        return file.path();
    }

    Digest sha256() throws IOException {
        try (InputStream in = Files.newInputStream(path())) {
            return DigestAlgorithm.SHA256.digest(in);
        }
    }

    /** Takes the signature away. */
    void strip(FileFormat format) throws IOException, MalformedFile {
        try (SigningCopy writing = SigningCopy.open(path(), format)) {
            writing.remove();
        }
    }

    /**
     * Reads what was written before anybody else can: the signature is the one that was made, the digest the one it signs, and
     * every part that must not change has not.
     *
     * @return the digest of the file as written
     * @throws IllegalStateException if it is not what it must be, which would be a fault of ours, of jsign or of the disk
     */
    Digest check(FileFormat format, SignedDataSignature expected, Digest signed, Map<String, Digest> parts)
            throws IOException {
        try (SignableFile written = SignableFile.open(path(), format)) {
            require(
                    written.signature().equals(Optional.of(expected.encoded())),
                    "the signature in it is not the one that was made");
            Digest digest = written.digest(signed.algorithm());
            require(digest.equals(signed), "its digest is " + digest + ", signed was " + signed);
            requireParts(written, parts);
            return digest;
        } catch (MalformedFile e) {
            throw new IllegalStateException("the file is malformed and was not kept: " + e.getMessage(), e);
        }
    }

    /**
     * Reads what is left when the signature was taken away.
     *
     * @throws IllegalStateException if it is not what it must be
     */
    void checkUnsigned(FileFormat format, Map<String, Digest> parts) throws IOException {
        try (SignableFile written = SignableFile.open(path(), format)) {
            require(written.signature().isEmpty(), "there is still a signature in it");
            requireParts(written, parts);
        } catch (MalformedFile e) {
            throw new IllegalStateException("the file is malformed and was not kept: " + e.getMessage(), e);
        }
    }

    private static void requireParts(SignableFile file, Map<String, Digest> parts) throws IOException, MalformedFile {
        Map<String, Digest> now = file.parts();
        for (Map.Entry<String, Digest> part : parts.entrySet()) {
            require(
                    part.getValue().equals(now.get(part.getKey())),
                    "its part " + part.getKey() + " is not that of the input");
        }
        require(now.size() == parts.size(), "it has other parts than the input");
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException("the file was not kept: " + otherwise);
        }
    }

    /** Makes it the output, which appears whole or not at all. */
    void release() throws IOException {
        file.release();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
