package io.countersign.sign;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.SourceImage;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PageHashes;
import io.countersign.pe.PeImage;
import io.countersign.sign.SignFile.Existing;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Puts signatures that were made elsewhere into the PE files they are about. Immutable; safe for several threads. */
public final class AttachFile {
    private final Optional<TimestampSource> timestamps;

    /**
     * @param timestamps empty to attach signatures as they are, with the timestamps they have or without
     */
    public AttachFile(Optional<TimestampSource> timestamps) {
        this.timestamps = timestamps;
    }

    /**
     * Attaches. The file is the one {@link SignFile#sign(Path, Path, SignFile.Options)} would have written with the same key.
     * It appears whole or not at all; it may be the input itself.
     *
     * @throws UnacceptableFile if the input is no PE, is malformed, or is signed already and that was not expected; if the
     *     signature does not hold or is not about this file; if it has a timestamp and is to get one
     * @throws TimestampUnavailable if no timestamp was given; nothing is written
     */
    public SignedFile attach(Path input, AuthenticodeSignature signature, Path output, Existing existing)
            throws IOException, UnacceptableFile, TimestampUnavailable {
        DigestAlgorithm algorithm = signature.imageDigest().algorithm();
        if (algorithm == DigestAlgorithm.SHA1 || !signature.isAboutPeImage()) {
            throw new UnacceptableFile("the signature is by SHA-1 or not about a PE file; make another with SHA-256");
        }
        SignFile.Options options = new SignFile.Options(algorithm, existing, Optional.empty(), Optional.empty());
        try (ByteSource source = ByteSource.open(input)) {
            PeImage image = PeImage.parse(source);
            Optional<AuthenticodeSignature> present = SignFile.present(image, source, options);
            try (Draft draft = Draft.of(image, source, output, EnumSet.of(algorithm))) {
                return attach(draft, image, signature, present, options);
            }
        } catch (MalformedPe | MalformedSignature e) {
            throw new UnacceptableFile(e.getMessage(), e);
        }
    }

    private SignedFile attach(
            Draft draft,
            PeImage image,
            AuthenticodeSignature signature,
            Optional<AuthenticodeSignature> present,
            SignFile.Options options)
            throws IOException, UnacceptableFile, TimestampUnavailable, MalformedPe, MalformedSignature {
        ImageScan scan = draft.scan();
        Digest imageDigest = scan.imageDigest(options.digest());
        requireFits(signature, imageDigest);
        if (signature.pageHashes().isPresent()) {
            requirePages(signature.pageHashes().get(), draft);
        }
        Optional<Timestamped> token = token(signature);
        AuthenticodeSignature stamped =
                token.isPresent() ? signature.withTimestamp(token.get().token().encoded()) : signature;
        AuthenticodeSignature whole = isNoted(signature, present, image, scan)
                ? stamped
                : SignFile.assemble(stamped, present, options, image, scan);
        ImageScan released = draft.release(whole, true);
        return new SignedFile(
                scan.sha256(),
                Optional.of(released.sha256()),
                imageDigest,
                released.imageDigest(options.digest()),
                chain(signature),
                token,
                warnings(signature, whole));
    }

    /**
     * What to know before relying on a signature that was attached.
     *
     * @param signature the one that was made elsewhere
     * @param whole with it, what the file has now
     */
    static List<String> warnings(AuthenticodeSignature signature, AuthenticodeSignature whole) {
        Stream<String> excusable = signature.invalidMarker().stream()
                .filter(m -> m.inImageData() && !signature.hasRelaxedMarkerCheck())
                .map(
                        m -> "“" + m.marker()
                                + "” stands in the signed hashes, which Windows is reported to take for a hidden"
                                + " archive, and the signature has no marker attribute to excuse it; start again with"
                                + " 'countersign digest --rmc' and the other options of the first time, then sign-digest and attach");
        return Stream.concat(
                        excusable,
                        SignFile.warnings(
                                Optional.empty(), whole, chain(signature).get(0))
                                .stream())
                .toList();
    }

    private static void requireFits(AuthenticodeSignature signature, Digest imageDigest) throws UnacceptableFile {
        if (!signature.imageDigest().equals(imageDigest)) {
            throw new UnacceptableFile("the signature is about another file: it signs image digest "
                    + signature.imageDigest() + ", this file's is " + imageDigest);
        }
        TimestampFile.requireHolds(signature);
        TimestampFile.requireRebuildable(signature);
    }

    private static void requirePages(PageHashes signed, Draft draft) throws IOException, MalformedPe, UnacceptableFile {
        Optional<String> difference = signed.differenceFrom(draft.pageHashes(signed.algorithm()));
        if (difference.isPresent()) {
            throw new UnacceptableFile("the signed page hashes are not this file's: " + difference.get());
        }
    }

    private Optional<Timestamped> token(AuthenticodeSignature signature) throws UnacceptableFile, TimestampUnavailable {
        if (timestamps.isEmpty()) {
            return Optional.empty();
        }
        TimestampFile.requireUnstamped(signature);
        return Optional.of(timestamps.get().timestamp(TimestampFile.imprint(signature)));
    }

    /** Whether the signature, taken out of a signed file, already tells how that file was before: it must be this one. */
    private static boolean isNoted(
            AuthenticodeSignature signature, Optional<AuthenticodeSignature> present, PeImage image, ImageScan scan)
            throws UnacceptableFile {
        Optional<SourceImage> note = signature.sourceImage();
        if (note.isEmpty()) {
            return false;
        }
        SourceImage is = new SourceImage(image.size(), image.storedChecksum(), scan.sha256());
        if (present.isPresent() || !note.get().equals(is)) {
            throw new UnacceptableFile("the signature was taken out of a signed file, which before had "
                    + note.get().length() + " bytes, CheckSum " + note.get().checkSum() + " and "
                    + note.get().sha256() + "; attach it to that one, unsigned");
        }
        return true;
    }

    /** The signer's certificate, then the others as they stand in the signature. */
    private static List<X509Certificate> chain(AuthenticodeSignature signature) {
        X509Certificate signer = signature.signerCertificate().orElseThrow();
        return Stream.concat(
                        Stream.of(signer), signature.certificates().stream().filter(c -> !c.equals(signer)))
                .toList();
    }
}
