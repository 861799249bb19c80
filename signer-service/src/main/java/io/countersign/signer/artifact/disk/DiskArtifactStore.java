package io.countersign.signer.artifact.disk;

import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.signer.artifact.ArtifactStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A folder with {@code sha256/ab/cdef…}. A file comes in by rename, so it must already lie on the same file system; its bytes
 * are forced to disk before the rename, and the folder that names it after.
 */
public final class DiskArtifactStore implements ArtifactStore {
    private final Path root;

    /** The folder is made when the first file is kept. */
    public DiskArtifactStore(Path root) {
        this.root = root;
    }

    @Override
    public Digest keep(Path file) throws IOException {
        Digest digest = ArtifactStore.digestOf(file);
        Path target = place(digest);
        if (Files.exists(target)) {
            Files.delete(file);
            return digest;
        }
        force(file, StandardOpenOption.WRITE);
        Path folder = target.getParent();
        boolean first = Files.notExists(folder);
        Files.createDirectories(folder);
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        force(folder, StandardOpenOption.READ);
        if (first) {
            force(folder.getParent(), StandardOpenOption.READ);
        }
        return digest;
    }

    @Override
    public Path file(Digest sha256) throws IOException {
        Path file = place(sha256);
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException(file.toString(), null, "no artifact is kept under " + sha256);
        }
        return file;
    }

    private Path place(Digest digest) {
        if (digest.algorithm() != DigestAlgorithm.SHA256) {
            throw new IllegalArgumentException("artifacts are kept by SHA-256, this is " + digest);
        }
        String hex = digest.value().hex();
        return root.resolve("sha256").resolve(hex.substring(0, 2)).resolve(hex.substring(2));
    }

    private static void force(Path path, StandardOpenOption mode) throws IOException {
        try (FileChannel channel = FileChannel.open(path, mode)) {
            channel.force(true);
        }
    }
}
