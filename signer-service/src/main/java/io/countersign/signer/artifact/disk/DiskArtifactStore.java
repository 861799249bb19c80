package io.countersign.signer.artifact.disk;

import io.countersign.file.Durable;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.signer.artifact.ArtifactStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder with {@code sha256/ab/cdef…}. A file comes in by rename, so it must already lie on the same file system; its bytes
 * are forced to disk before the rename, and the folder that names it after.
 */
public final class DiskArtifactStore implements ArtifactStore {
    /** What else lies in the folder is none of ours. */
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Path files;
    private final InstantSource clock;

    /** Between keeping and deleting. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    /**
     * @param root made where it is missing
     * @param clock tells when a file was kept
     * @throws IOException if it cannot be made
     */
    public DiskArtifactStore(Path root, InstantSource clock) throws IOException {
        this.clock = clock;
        this.files = root.toAbsolutePath().resolve("sha256");
        // All of them now, so that no kept file has to wait for the name of its folder to be on disk.
        for (int first = 0; first <= 0xff; first++) {
            Files.createDirectories(files.resolve(String.format("%02x", first)));
        }
        Durable.folder(files);
        Durable.folder(files.getParent());
        Durable.folder(files.getParent().getParent());
    }

    @Override
    public Digest keep(Path file) throws IOException {
        Digest digest = ArtifactStore.digestOf(file);
        lock.readLock().lock();
        try {
            place(file, digest);
        } finally {
            lock.readLock().unlock();
        }
        return digest;
    }

    private void place(Path file, Digest digest) throws IOException {
        Path target = place(digest);
        if (Files.notExists(target) || !ArtifactStore.digestOf(target).equals(digest)) { // A damaged one is replaced.
            Durable.file(file);
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        }
        // Also for a file that was there: whoever put it there may not have come to this yet.
        Durable.folder(target.getParent());
        Files.setLastModifiedTime(target, FileTime.from(clock.instant()));
        Files.deleteIfExists(file);
    }

    @Override
    public boolean keepAgain(Digest sha256) throws IOException {
        Path file = place(sha256);
        lock.readLock().lock();
        try {
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public boolean delete(Digest sha256, Instant keptBefore) throws IOException {
        Path file = place(sha256);
        lock.writeLock().lock();
        try {
            return Files.notExists(file)
                    || (Files.getLastModifiedTime(file).toInstant().isBefore(keptBefore) && Files.deleteIfExists(file));
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public List<Digest> after(Optional<Digest> last, int most) throws IOException {
        String from = last.map(d -> d.value().hex()).orElse("");
        List<Digest> found = new ArrayList<>();
        for (Path folder : sorted(files)) {
            String start = folder.getFileName().toString();
            if (!Files.isDirectory(folder)
                    || start.compareTo(from.substring(0, Math.min(from.length(), start.length()))) < 0) {
                continue;
            }
            for (Path file : sorted(folder)) {
                String hex = start + file.getFileName();
                if (found.size() < most
                        && hex.compareTo(from) > 0
                        && SHA256.matcher(hex).matches()) {
                    found.add(new Digest(DigestAlgorithm.SHA256, Bytes.ofHex(hex)));
                }
            }
            if (found.size() == most) {
                break;
            }
        }
        return found;
    }

    private static List<Path> sorted(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
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
        return files.resolve(hex.substring(0, 2)).resolve(hex.substring(2));
    }
}
