package io.countersign.sign;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.EmbeddedSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.SignedDataSignature;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/** Adds timestamps to PE files that are signed already; no key is needed. Immutable; safe for several threads. */
public final class TimestampFile {
    private final TimestampSource timestamps;

    /**
     * What to do.
     *
     * @param signature which one gets the token: 0 is the primary, 1 the first that is nested in it, and so on
     * @param add true to add a token behind those that are there, false to refuse where there is one
     */
    public record Options(int signature, boolean add) {
        public Options {
            if (signature < 0) {
                throw new IllegalArgumentException("signatures are counted from 0, got " + signature);
            }
        }

        /** The primary signature, which must have no timestamp. */
        public static Options defaults() {
            return new Options(0, false);
        }
    }

    public TimestampFile(TimestampSource timestamps) {
        this.timestamps = timestamps;
    }

    /**
     * Adds an RFC 3161 token (unsigned attribute 1.3.6.1.4.1.311.3.3.1) to one signature. The output appears whole or not at
     * all; it may be the input itself.
     *
     * @return the token and who gave it
     * @throws UnacceptableFile if the input is no PE, is malformed or not signed, if the signature does not hold, or if it has
     *     a timestamp and that was not expected
     * @throws TimestampUnavailable if no timestamp was given; nothing is written
     */
    public Timestamped timestamp(Path input, Path output, Options options)
            throws IOException, UnacceptableFile, TimestampUnavailable {
        try (ByteSource source = ByteSource.open(input)) {
            PeImage image = PeImage.parse(source);
            EmbeddedSignature embedded = EmbeddedSignature.read(image, source)
                    .orElseThrow(() -> new UnacceptableFile(
                            "the file has no signature to timestamp; 'countersign sign' signs and timestamps"));
            AuthenticodeSignature primary = embedded.signature();
            AuthenticodeSignature chosen = chosen(primary, options);
            requireReplaceable(embedded);
            Digest signed = chosen.imageDigest();
            Set<DigestAlgorithm> algorithms = EnumSet.of(primary.imageDigest().algorithm(), signed.algorithm());
            try (Draft draft = Draft.of(image, source, output, algorithms)) {
                requireUnchanged(signed, draft.scan().imageDigest(signed.algorithm()));
                requireHolds(chosen);

                Timestamped stamp = timestamps.timestamp(imprint(chosen));
                AuthenticodeSignature stamped =
                        chosen.withTimestamp(stamp.token().encoded());
                AuthenticodeSignature whole =
                        options.signature() == 0 ? stamped : primary.withNested(options.signature() - 1, stamped);
                draft.release(whole, false);
                return stamp;
            }
        } catch (MalformedPe | MalformedSignature e) {
            throw new UnacceptableFile(e.getMessage(), e);
        }
    }

    static AuthenticodeSignature chosen(AuthenticodeSignature primary, Options options) throws UnacceptableFile {
        int nested = primary.nested().size();
        if (options.signature() > nested) {
            throw new UnacceptableFile("there is no signature " + options.signature() + ": the file has signature 0"
                    + (nested == 0 ? " only" : " and " + nested + " nested in it, counted from 1"));
        }
        AuthenticodeSignature chosen =
                options.signature() == 0 ? primary : primary.nested().get(options.signature() - 1);
        if (!options.add()) {
            requireUnstamped(chosen);
        }
        return chosen;
    }

    /** The table is written anew with the one signature in it, so nothing else may be in the old one. */
    private static void requireReplaceable(EmbeddedSignature embedded) throws UnacceptableFile {
        if (embedded.otherEntries() > 0) {
            throw new UnacceptableFile("the certificate table has " + (embedded.otherEntries() + 1)
                    + " entries, of which Windows reads the first; timestamping that one would drop the others");
        }
        if (!embedded.padding().zero()) {
            throw new UnacceptableFile("behind the signature are "
                    + embedded.padding().size() + " bytes that are no padding; timestamping would drop them");
        }
        requireRebuildable(embedded.signature());
    }

    static void requireUnstamped(SignedDataSignature signature) throws UnacceptableFile {
        if (!signature.timestamps().isEmpty() || !signature.countersignatures().isEmpty()) {
            throw new UnacceptableFile(
                    "the signature has a timestamp already, which stays good as long as its authority's"
                            + " certificate; 'countersign timestamp --add' adds another");
        }
    }

    static void requireRebuildable(SignedDataSignature signature) throws UnacceptableFile {
        if (!signature.isRebuiltUnchanged()) {
            throw new UnacceptableFile(
                    "the signature is not encoded in DER, so adding to it would change octets it covers;"
                            + " sign the file again with a timestamp");
        }
    }

    static void requireUnchanged(Digest signed, Digest is) throws UnacceptableFile {
        if (!signed.equals(is)) {
            throw new UnacceptableFile(
                    "the file was changed after signing: its image digest is " + is + ", signed was " + signed);
        }
    }

    /** A timestamp on a signature that is broken would be a lie told in good faith. */
    static void requireHolds(SignedDataSignature signature) throws UnacceptableFile {
        if (!signature.holds()) {
            throw new UnacceptableFile("the signature does not hold, so nothing was done with it;"
                    + " 'countersign verify' says what is wrong with it");
        }
    }

    static Digest imprint(SignedDataSignature signature) {
        DigestAlgorithm algorithm = signature.digestAlgorithm();
        // Old signatures may get a timestamp, but not one by an algorithm that no authority accepts any more.
        return (algorithm == DigestAlgorithm.SHA1 ? DigestAlgorithm.SHA256 : algorithm)
                .digest(signature.signatureValue().toByteArray());
    }
}
