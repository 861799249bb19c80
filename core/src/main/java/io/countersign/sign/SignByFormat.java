package io.countersign.sign;

import io.countersign.cms.AuthenticodeContent;
import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.AuthenticodeSigner;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.PackageSignature;
import io.countersign.cms.SignedAttributes;
import io.countersign.cms.SignedDataSignature;
import io.countersign.cms.SpcSpOpusInfo;
import io.countersign.format.FileFormat;
import io.countersign.format.MalformedFile;
import io.countersign.format.SignableFile;
import io.countersign.format.SigningCopy;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignFile.Options;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Signs files of every format: PE files as {@link SignFile} does, catalogs as {@link SignCatalog} does, and all others here:
 * digest, key, timestamp, a check of our own output, write. Immutable; safe for several threads.
 */
public final class SignByFormat {
    private final SigningKey key;
    private final Optional<TimestampSource> timestamps;
    private final InstantSource clock;

    /**
     * @param timestamps empty to sign without a timestamp
     * @param clock for the signing-time that NuGet wants in a signature; no other format has one
     */
    public SignByFormat(SigningKey key, Optional<TimestampSource> timestamps, InstantSource clock) {
        this.key = key;
        this.timestamps = timestamps;
        this.clock = clock;
    }

    /**
     * Signs one file. The output appears whole or not at all; it may be the input itself.
     *
     * @throws IOException if a file cannot be read or written
     * @throws UnacceptableFile if the input is of no known format, is malformed, is signed already and that was not expected, or
     *     cannot have what was asked for
     * @throws KeyUnavailable if the key cannot be used now
     * @throws TimestampUnavailable if no timestamp was given; the key has been used, nothing is written
     */
    public SignedFile sign(Path input, Path output, Options options)
            throws IOException, UnacceptableFile, KeyUnavailable, TimestampUnavailable {
        FileFormat format = Formats.of(input);
        requireApplicable(format, options);
        return switch (format) {
            case PE -> new SignFile(key, timestamps).sign(input, output, options);
            case CATALOG -> new SignCatalog(key, timestamps).sign(input, output, options);
            default -> signCopy(input, format, output, options);
        };
    }

    private static void requireApplicable(FileFormat format, Options options) throws UnacceptableFile {
        if (format == FileFormat.PE) {
            return;
        }
        String is = "; this is a " + format.title() + " (" + format.id() + ")";
        if (options.pageHashes()) {
            throw new UnacceptableFile("page hashes belong to PE files" + is);
        }
        if (options.relaxedMarkerCheck()) {
            throw new UnacceptableFile("the marker attribute (/rmc) belongs to PE files" + is);
        }
        if (options.existing() == Existing.APPEND && !format.nests()) {
            throw new UnacceptableFile("no second signature can be appended: one is all that is read of it" + is
                    + "; replace the signature");
        }
        if (format == FileFormat.NUGET
                && (options.description().isPresent() || options.url().isPresent())) {
            throw new UnacceptableFile("NuGet's signatures have no place for a description or a URL" + is);
        }
    }

    private SignedFile signCopy(Path input, FileFormat format, Path output, Options options)
            throws IOException, UnacceptableFile, KeyUnavailable, TimestampUnavailable {
        try (PrivateCopy copy = PrivateCopy.of(input, output)) {
            Digest sha256 = copy.sha256();
            Optional<Bytes> present;
            Map<String, Digest> parts;
            try (SignableFile file = SignableFile.open(copy.path(), format)) {
                present = file.signature();
                parts = file.parts();
                requireDigest(file.requiredDigest(), options.digest());
                Optional<String> refusal = file.refusal(key.certificate());
                if (refusal.isPresent()) {
                    throw new UnacceptableFile(refusal.get());
                }
                file.digest(options.digest()); // everything covered can be read, within bounds
            }
            Optional<AuthenticodeSignature> primary = primary(present, format, options);
            if (primary.isEmpty()) {
                if (present.isPresent()) {
                    copy.strip(format);
                }
                SigningCopy.prepare(copy.path(), format, options.digest());
            }
            Made made;
            try (SigningCopy writing = SigningCopy.open(copy.path(), format)) {
                made = make(writing, format, primary, options);
                writing.put(made.whole().encoded());
            }
            Digest written = copy.check(format, made.whole(), made.digest(), parts);
            Optional<Digest> signed = options.outputSha256() ? Optional.of(copy.sha256()) : Optional.empty();
            copy.release();
            return new SignedFile(sha256, signed, made.digest(), written, key.chain(), made.token(), List.of());
        } catch (MalformedFile | MalformedSignature e) {
            throw new UnacceptableFile(e.getMessage(), e);
        }
    }

    private static void requireDigest(Optional<DigestAlgorithm> required, DigestAlgorithm digest)
            throws UnacceptableFile {
        if (required.isPresent() && required.get() != digest) {
            throw new UnacceptableFile(
                    "the package was made with " + required.get().jcaName()
                            + ", and Windows takes no signature with another digest than its block map; sign with "
                            + required.get().label() + ", or make the package with " + digest.label());
        }
    }

    /** The signature that a new one is nested in; what is there and the options must fit. */
    private static Optional<AuthenticodeSignature> primary(Optional<Bytes> present, FileFormat format, Options options)
            throws UnacceptableFile, MalformedSignature {
        if (present.isPresent() && options.existing() == Existing.REFUSE) {
            throw new UnacceptableFile("the file is already signed; ask to replace the signature"
                    + (format.nests() ? " or to append one to it" : ""));
        }
        if (present.isEmpty() || options.existing() == Existing.REPLACE) {
            return Optional.empty();
        }
        AuthenticodeSignature primary = AuthenticodeSignature.parse(present.get());
        if (format == FileFormat.INSTALLER && primary.imageDigest().algorithm() != options.digest()) {
            throw new UnacceptableFile("the first signature of this installer package uses "
                    + primary.imageDigest().algorithm().jcaName()
                    + ", and the digest of its names and times is of that kind; append with the same digest");
        }
        return Optional.of(primary);
    }

    /**
     * What the key and the authority made.
     *
     * @param whole what goes into the file: the new signature, or the first with the new one in it
     * @param digest what the new one signs
     */
    private record Made(SignedDataSignature whole, Digest digest, Optional<Timestamped> token) {}

    private Made make(SigningCopy writing, FileFormat format, Optional<AuthenticodeSignature> primary, Options options)
            throws IOException, MalformedFile, MalformedSignature, KeyUnavailable, TimestampUnavailable {
        AuthenticodeSigner signer = new AuthenticodeSigner(key);
        KeyAndTimestamp common = new KeyAndTimestamp(key, timestamps);
        if (format == FileFormat.NUGET) {
            Digest digest = writing.packageDigest(options.digest());
            PackageSignature made = signer.signPackage(digest, clock.instant());
            Optional<Timestamped> token = common.token(made, options.digest());
            return new Made(
                    token.isPresent() ? made.withTimestamp(token.get().token().encoded()) : made, digest, token);
        }
        OptionalInt sequenceNumber =
                primary.isPresent() ? OptionalInt.of(primary.get().nested().size() + 1) : OptionalInt.empty();
        AuthenticodeContent content = AuthenticodeContent.of(
                writing.indirectData(options.digest()),
                new SignedAttributes(new SpcSpOpusInfo(options.description(), options.url()), false, sequenceNumber));
        AuthenticodeSignature made = signer.sign(content);
        Optional<Timestamped> token = common.token(made, options.digest());
        AuthenticodeSignature stamped =
                token.isPresent() ? made.withTimestamp(token.get().token().encoded()) : made;
        return new Made(
                primary.isPresent() ? primary.get().withNested(stamped) : stamped, content.imageDigest(), token);
    }
}
