package io.countersign.signer.connector;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/** The ZIP that GitHub makes of an artifact. */
final class ArtifactArchive {
    private static final int MOST_ENTRIES = 1000;

    private ArtifactArchive() {}

    /**
     * Takes the only file out.
     *
     * @param most how many bytes it may have; what the archive says of itself is not believed
     * @return its name as the archive has it, folders and all
     * @throws OriginUnverified if there is not exactly one, or it is too large
     */
    static String extractOnly(Path archive, Path target, long most) throws IOException, OriginUnverified {
        // Read as a stream: a directory of entries would come into memory as a whole, however large it says it is.
        try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(Files.newInputStream(archive)))) {
            String name = null;
            int entries = 0;
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (++entries > MOST_ENTRIES) {
                    throw notOne("more than " + MOST_ENTRIES + " entries");
                }
                if (entry.isDirectory()) {
                    // What it has would be inflated to get to the next entry, and nobody would count how much.
                    if (zip.read() >= 0) {
                        throw notOne("a folder with content");
                    }
                    continue;
                }
                if (name != null) {
                    throw notOne("more than one file");
                }
                name = entry.getName();
                copy(zip, target, most);
            }
            if (name == null) {
                throw notOne("no file, or is no ZIP");
            }
            return name;
        } catch (ZipException | EOFException | IllegalArgumentException e) {
            // The last is for names that are not in UTF-8.
            throw new OriginUnverified(
                    "the artifact is no ZIP that can be read: " + e.getMessage(),
                    "upload it with actions/upload-artifact, archived");
        }
    }

    private static void copy(InputStream in, Path target, long most) throws IOException, OriginUnverified {
        long length = 0;
        byte[] block = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(target)) {
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                length += n;
                if (length > most) {
                    throw new OriginUnverified(
                            "the file in the artifact is larger than the " + most + " bytes this service takes",
                            "have its operator raise quarkus.http.limits.max-body-size");
                }
                out.write(block, 0, n);
            }
        }
    }

    private static OriginUnverified notOne(String got) {
        return new OriginUnverified(
                "the artifact has " + got + ", and a request signs one",
                "upload the file that is to be signed as an artifact of its own");
    }
}
