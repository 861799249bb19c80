package io.countersign.sign;

import io.countersign.cms.AuthenticodeContent;
import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.AuthenticodeSigner;
import io.countersign.cms.EmbeddedSignature;
import io.countersign.cms.InvalidMarker;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.SignedAttributes;
import io.countersign.cms.SourceImage;
import io.countersign.cms.SpcSpOpusInfo;
import io.countersign.key.CountersignOid;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PageHashes;
import io.countersign.pe.PeImage;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Signs PE files: digest, key, timestamp, patch, a check of our own output. Immutable; safe for several threads. */
public final class SignFile {
    private static final DigestAlgorithm PAGE_HASHES = DigestAlgorithm.SHA256;

    private final SigningKey key;
    private final Optional<TimestampSource> timestamps;

    /** What to do about a signature that is there already. */
    public enum Existing {
        /** Say so and sign nothing. */
        REFUSE,
        /** The new signature takes its place. */
        REPLACE,
        /** The new signature is nested into it, as signtool's /as does. */
        APPEND
    }

    /**
     * How to sign.
     *
     * @param digest of image and signature; not SHA-1
     * @param description shown by Windows when it asks whether to run the program
     * @param url where to read more about it, ASCII
     * @param pageHashes whether to sign the SHA-256 of every page too, for Windows to check pages as they are read
     * @param relaxedMarkerCheck whether to have Windows excuse an {@link InvalidMarker}; done unasked when there is one
     * @param outputSha256 whether to tell the SHA-256 of the signed file, which costs as much as checking it
     */
    public record Options(
            DigestAlgorithm digest,
            Existing existing,
            Optional<String> description,
            Optional<String> url,
            boolean pageHashes,
            boolean relaxedMarkerCheck,
            boolean outputSha256) {
        public Options {
            if (digest == DigestAlgorithm.SHA1) {
                throw new IllegalArgumentException("nothing is signed with SHA-1; use SHA-256, SHA-384 or SHA-512");
            }
        }

        /** Without page hashes and marker attribute; the SHA-256 of the output is not told. */
        public Options(DigestAlgorithm digest, Existing existing, Optional<String> description, Optional<String> url) {
            this(digest, existing, description, url, false, false, false);
        }

        public static Options defaults() {
            return new Options(DigestAlgorithm.SHA256, Existing.REFUSE, Optional.empty(), Optional.empty());
        }

        public Options withPageHashes(boolean wanted) {
            return new Options(digest, existing, description, url, wanted, relaxedMarkerCheck, outputSha256);
        }

        public Options withRelaxedMarkerCheck(boolean wanted) {
            return new Options(digest, existing, description, url, pageHashes, wanted, outputSha256);
        }

        public Options withOutputSha256(boolean wanted) {
            return new Options(digest, existing, description, url, pageHashes, relaxedMarkerCheck, wanted);
        }
    }

    /**
     * @param timestamps empty to sign without a timestamp
     */
    public SignFile(SigningKey key, Optional<TimestampSource> timestamps) {
        this.key = key;
        this.timestamps = timestamps;
    }

    /**
     * Signs one file. The output appears whole or not at all; it may be the input itself. The key is used once, or twice if the
     * first signature has an {@link InvalidMarker}.
     *
     * @throws IOException if a file cannot be read or written
     * @throws UnacceptableFile if the input is no PE, is malformed, or is signed already and that was not expected
     * @throws KeyUnavailable if the key cannot be used now
     * @throws TimestampUnavailable if no timestamp was given; the key has been used, nothing is written
     */
    public SignedFile sign(Path input, Path output, Options options)
            throws IOException, UnacceptableFile, KeyUnavailable, TimestampUnavailable {
        return sign(input, output, options, Optional.empty(), made -> {});
    }

    /**
     * Signs one file if it is the expected one, which is decided on the very octets that are signed.
     *
     * @param expected SHA-256 of the file that may be signed
     * @param made told the signature before a timestamp is asked for; {@link AttachFile} can timestamp it and put it into the file
     *     if none is given
     * @throws UnacceptableFile also if it is another file; the key was not used
     */
    public SignedFile signOnly(
            Digest expected, Path input, Path output, Options options, Consumer<AuthenticodeSignature> made)
            throws IOException, UnacceptableFile, KeyUnavailable, TimestampUnavailable {
        return sign(input, output, options, Optional.of(expected), made);
    }

    private SignedFile sign(
            Path input,
            Path output,
            Options options,
            Optional<Digest> expected,
            Consumer<AuthenticodeSignature> unstamped)
            throws IOException, UnacceptableFile, KeyUnavailable, TimestampUnavailable {
        try (ByteSource source = ByteSource.open(input)) {
            PeImage image = PeImage.parse(source);
            Optional<AuthenticodeSignature> present = present(image, source, options);
            try (Draft draft = Draft.of(image, source, output, EnumSet.of(options.digest()))) {
                return sign(draft, image, present, options, expected, unstamped);
            }
        } catch (MalformedPe | MalformedSignature e) {
            throw new UnacceptableFile(e.getMessage(), e);
        }
    }

    private SignedFile sign(
            Draft draft,
            PeImage image,
            Optional<AuthenticodeSignature> present,
            Options options,
            Optional<Digest> expected,
            Consumer<AuthenticodeSignature> unstamped)
            throws IOException, UnacceptableFile, KeyUnavailable, TimestampUnavailable, MalformedPe,
                    MalformedSignature {
        ImageScan scan = draft.scan();
        if (expected.isPresent() && !expected.get().equals(scan.sha256())) {
            throw new UnacceptableFile("the file to be signed is " + scan.sha256() + ", approved was " + expected.get()
                    + "; it was changed since, submit it again");
        }
        Digest imageDigest = scan.imageDigest(options.digest());
        Made made = make(draft, image, present, options, unstamped);
        ImageScan released = draft.release(made.whole(), options.outputSha256());
        return new SignedFile(
                scan.sha256(),
                options.outputSha256() ? Optional.of(released.sha256()) : Optional.empty(),
                imageDigest,
                released.imageDigest(options.digest()),
                key.chain(),
                made.token(),
                warnings(made.first(), made.whole(), key.certificate()));
    }

    /** The signature that is there already; it and the options must fit. */
    static Optional<AuthenticodeSignature> present(PeImage image, ByteSource source, Options options)
            throws IOException, UnacceptableFile, MalformedPe, MalformedSignature {
        if (image.securityEntry().isEmpty()) {
            throw new UnacceptableFile(
                    "the optional header has fewer than 5 data directories, so there is no place to name"
                            + " a signature; link the file again with a current linker");
        }
        if (image.certificateTable().isEmpty()) {
            return Optional.empty();
        }
        if (options.existing() == Existing.REFUSE) {
            throw new UnacceptableFile(
                    "the file is already signed; ask to replace the signature or to append one to it");
        }
        EmbeddedSignature embedded = EmbeddedSignature.read(image, source).orElseThrow();
        if (options.existing() == Existing.APPEND && embedded.otherEntries() > 0) {
            throw new UnacceptableFile("the certificate table has " + (embedded.otherEntries() + 1)
                    + " entries, of which Windows reads the first; replace them, appending would drop the others");
        }
        return Optional.of(embedded.signature());
    }

    /**
     * Signs and timestamps what {@link ToBeSigned#of} gave elsewhere; {@link AttachFile} puts the result into the file.
     *
     * @throws KeyUnavailable if the key cannot be used now
     * @throws TimestampUnavailable if no timestamp was given; the key has been used
     */
    public AuthenticodeSignature sign(ToBeSigned toBeSigned) throws KeyUnavailable, TimestampUnavailable {
        try {
            return stamped(signed(toBeSigned.content())).signature();
        } catch (MalformedSignature e) {
            throw new IllegalStateException("what was just made cannot be read", e);
        }
    }

    /**
     * What becomes of a file. Page hashes make each signature megabytes, so no earlier one is kept.
     *
     * @param first the marker for which the signature was made again
     */
    private record Made(AuthenticodeSignature whole, Optional<Timestamped> token, Optional<InvalidMarker> first) {}

    private Made make(
            Draft draft,
            PeImage image,
            Optional<AuthenticodeSignature> present,
            Options options,
            Consumer<AuthenticodeSignature> unstamped)
            throws IOException, KeyUnavailable, TimestampUnavailable, MalformedPe, MalformedSignature {
        Digest imageDigest = draft.scan().imageDigest(options.digest());
        AuthenticodeSignature signed = signed(content(imageDigest, pageHashes(draft, options), present, options));
        Optional<InvalidMarker> marker = signed.invalidMarker().filter(m -> !options.relaxedMarkerCheck());
        if (marker.isPresent()) {
            signed = signed(content(imageDigest, signed.pageHashes(), present, options.withRelaxedMarkerCheck(true)));
        }
        unstamped.accept(signed);
        Stamped stamped = stamped(signed);
        return new Made(assemble(stamped.signature(), present, options, image, draft.scan()), stamped.token(), marker);
    }

    private record Stamped(AuthenticodeSignature signature, Optional<Timestamped> token) {}

    private AuthenticodeSignature signed(AuthenticodeContent content) throws KeyUnavailable, MalformedSignature {
        return new AuthenticodeSigner(key).sign(content);
    }

    private Stamped stamped(AuthenticodeSignature made)
            throws KeyUnavailable, TimestampUnavailable, MalformedSignature {
        Optional<Timestamped> token = new KeyAndTimestamp(key, timestamps)
                .token(made, made.imageDigest().algorithm());
        return new Stamped(
                token.isPresent() ? made.withTimestamp(token.get().token().encoded()) : made, token);
    }

    private static Optional<PageHashes> pageHashes(Draft draft, Options options) throws IOException, MalformedPe {
        return options.pageHashes() ? Optional.of(draft.pageHashes(PAGE_HASHES)) : Optional.empty();
    }

    /** The file's page hashes, if they are to be signed. */
    static Optional<PageHashes> pageHashes(PeImage image, ByteSource source, Options options)
            throws IOException, MalformedPe {
        return options.pageHashes() ? Optional.of(PageHashes.of(image, source, PAGE_HASHES)) : Optional.empty();
    }

    static AuthenticodeContent content(
            Digest imageDigest,
            Optional<PageHashes> pageHashes,
            Optional<AuthenticodeSignature> present,
            Options options) {
        OptionalInt sequenceNumber = options.existing() == Existing.APPEND && present.isPresent()
                ? OptionalInt.of(present.get().nested().size() + 1)
                : OptionalInt.empty();
        SpcSpOpusInfo opusInfo = new SpcSpOpusInfo(options.description(), options.url());
        return AuthenticodeContent.ofPeImage(
                imageDigest, pageHashes, new SignedAttributes(opusInfo, options.relaxedMarkerCheck(), sequenceNumber));
    }

    /** Nests the new signature, or notes in it how the file was before any signature. */
    static AuthenticodeSignature assemble(
            AuthenticodeSignature made,
            Optional<AuthenticodeSignature> present,
            Options options,
            PeImage image,
            ImageScan scan)
            throws MalformedSignature {
        if (present.isPresent() && options.existing() == Existing.APPEND) {
            return present.get().withNested(made);
        }
        // Of a file somebody else signed it cannot be known.
        Optional<SourceImage> before = present.isPresent()
                ? present.get().sourceImage()
                : Optional.of(new SourceImage(image.size(), image.storedChecksum(), scan.sha256()));
        return before.isPresent() ? made.withUnsigned(CountersignOid.SOURCE_IMAGE, before.get()) : made;
    }

    /**
     * What to know before relying on a signature.
     *
     * @param first what the signature had to be made again for
     */
    static List<String> warnings(Optional<InvalidMarker> first, AuthenticodeSignature whole, X509Certificate signer) {
        List<String> warnings = new ArrayList<>();
        first.ifPresent(m ->
                warnings.add("the signature contained “" + m.marker() + "”, which Windows is reported to take for a"
                        + " hidden archive; it was made again with the marker attribute, as by signtool /rmc"));
        whole.invalidMarker()
                .filter(m -> !m.inImageData())
                .ifPresent(
                        m -> warnings.add(
                                "“" + m.marker() + "” stands outside the signed hashes, where the marker attribute"
                                        + " may not excuse it: in the description, the URL, a certificate, a timestamp or another signature"));
        if (signer.getPublicKey().getAlgorithm().equals("EC")) {
            warnings.add(
                    "an ECDSA signature: Windows Code Integrity loads no driver by it (VerificationError 23); sign drivers"
                            + " with an RSA key");
        }
        return warnings;
    }
}
