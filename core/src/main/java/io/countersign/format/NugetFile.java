package io.countersign.format;

import static io.countersign.format.MalformedFile.require;

import io.countersign.cms.PackageSignature;
import io.countersign.format.ZipArchive.Covered;
import io.countersign.format.ZipArchive.Entry;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A NuGet package: a ZIP archive whose signature is a stored entry. Covered is everything else, as if that entry had never been
 * added (NuGet Package Signatures Technical Specification, "Package Signature File" and "Signature Content File").
 */
final class NugetFile implements SignableFile {
    static final String SIGNATURE = ".signature.p7s";

    private final ByteSource source;
    private final ZipArchive archive;
    private final Covered covered;
    private final Optional<Bytes> signature;

    private NugetFile(ByteSource source) throws IOException, MalformedFile {
        this.source = source;
        archive = ZipArchive.read(source);
        covered = archive.without(SIGNATURE);
        Optional<Entry> entry = archive.entry(SIGNATURE);
        if (entry.isPresent()) {
            require(entry.get().method() == 0, SIGNATURE + " has to be stored without compression");
            byte[] der = ZipContent.read(archive, entry.get(), MAXIMUM_SIGNATURE);
            signature = Optional.of(Octets.signature(der));
        } else {
            signature = Optional.empty();
        }
    }

    static NugetFile open(Path file) throws IOException, MalformedFile {
        return Octets.open(file, NugetFile::new);
    }

    @Override
    public Optional<Bytes> signature() {
        return signature;
    }

    @Override
    public Digest digest(DigestAlgorithm algorithm) throws IOException {
        MessageDigest digest = algorithm.newMessageDigest();
        Octets.update(digest, source, 0, covered.end());
        digest.update(covered.directory().toByteArray());
        return new Digest(algorithm, Bytes.of(digest.digest()));
    }

    @Override
    public Optional<String> refusal(X509Certificate signer) {
        return PackageSignature.keyFlaw(signer);
    }

    @Override
    public Map<String, Digest> parts() throws IOException {
        Map<String, Digest> parts = new LinkedHashMap<>();
        for (Entry entry : archive.entries().values()) {
            if (!entry.name().equals(SIGNATURE)) {
                parts.put(entry.name(), ZipContent.asItStands(source, entry));
            }
        }
        return parts;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
