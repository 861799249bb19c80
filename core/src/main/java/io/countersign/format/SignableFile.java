package io.countersign.format;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;

/**
 * One file of one format, neither PE nor catalog, open for reading. Whoever has one knows that the place of its signature is
 * beyond doubt: what other readers could understand in another way is refused while opening. Only reads; for one thread.
 */
public interface SignableFile extends Closeable {
    /** The most octets a signature is read of. */
    int MAXIMUM_SIGNATURE = 1 << 24;

    /**
     * Opens a file.
     *
     * @throws MalformedFile if it contradicts its format or goes beyond the bounds of what is read
     */
    static SignableFile open(Path file, FileFormat format) throws IOException, MalformedFile {
        return switch (format) {
            case CABINET -> CabinetFile.open(file);
            case INSTALLER -> InstallerFile.open(file);
            case APP_PACKAGE -> AppPackageFile.open(file);
            case NUGET -> NugetFile.open(file);
            case NAVX -> NavxFile.open(file);
            case POWERSHELL, POWERSHELL_XML, VBSCRIPT, JSCRIPT, WINDOWS_SCRIPT -> ScriptFile.open(file, format);
            case PE, CATALOG -> throw new IllegalArgumentException(format + " has a reader of its own");
        };
    }

    /** The ContentInfo as it stands in the file; empty for an unsigned file. */
    Optional<Bytes> signature();

    /**
     * What a signature of this file signs, computed from the file as it is, without its signature.
     *
     * @throws MalformedFile if a part it covers cannot be read
     */
    Digest digest(DigestAlgorithm algorithm) throws IOException, MalformedFile;

    /**
     * The one algorithm that a signature of this file may digest with.
     *
     * @return empty if any will do
     * @throws MalformedFile if the file says so in a way that is not understood
     */
    default Optional<DigestAlgorithm> requiredDigest() throws IOException, MalformedFile {
        return Optional.empty();
    }

    /**
     * Why Windows, or NuGet, would not take this signer for this file, whatever else is right.
     *
     * @return empty if it would
     * @throws MalformedFile if what says so in the file cannot be read
     */
    default Optional<String> refusal(X509Certificate signer) throws IOException, MalformedFile {
        return Optional.empty();
    }

    /**
     * SHA-256 of every part that signing has to leave as it is, by name: the proof that a container was rewritten and nothing
     * in it changed. Empty where signing rewrites nothing and the digest covers all.
     */
    default Map<String, Digest> parts() throws IOException, MalformedFile {
        return Map.of();
    }

    @Override
    void close() throws IOException;
}
