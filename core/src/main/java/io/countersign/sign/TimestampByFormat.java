package io.countersign.sign;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.PackageSignature;
import io.countersign.cms.SignedDataSignature;
import io.countersign.format.FileFormat;
import io.countersign.format.MalformedFile;
import io.countersign.format.SignableFile;
import io.countersign.format.SigningCopy;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.sign.TimestampFile.Options;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Adds timestamps to signed files of every format but catalogs: PE files as {@link TimestampFile} does, the others here. */
public final class TimestampByFormat {
    private final TimestampSource timestamps;

    public TimestampByFormat(TimestampSource timestamps) {
        this.timestamps = timestamps;
    }

    /**
     * Adds an RFC 3161 token to one signature. The output appears whole or not at all; it may be the input itself.
     *
     * @return the token and who gave it
     * @throws UnacceptableFile if the input is of no known format, is malformed or not signed, if the signature does not hold, or
     *     if it has a timestamp and that was not expected
     * @throws TimestampUnavailable if no timestamp was given; nothing is written
     */
    public Timestamped timestamp(Path input, Path output, Options options)
            throws IOException, UnacceptableFile, TimestampUnavailable {
        FileFormat format = Formats.of(input);
        return switch (format) {
            case PE -> new TimestampFile(timestamps).timestamp(input, output, options);
            case CATALOG ->
                throw new UnacceptableFile(
                        "catalogs are timestamped when they are signed; sign it again with --replace");
            default -> timestampCopy(input, format, output, options);
        };
    }

    private Timestamped timestampCopy(Path input, FileFormat format, Path output, Options options)
            throws IOException, UnacceptableFile, TimestampUnavailable {
        try (PrivateCopy copy = PrivateCopy.of(input, output)) {
            Map<String, Digest> parts;
            SignedDataSignature primary;
            SignedDataSignature chosen;
            Digest signed;
            try (SignableFile file = SignableFile.open(copy.path(), format)) {
                Bytes octets = file.signature()
                        .orElseThrow(() -> new UnacceptableFile(
                                "the file has no signature to timestamp; 'countersign sign' signs and timestamps"));
                parts = file.parts();
                if (format == FileFormat.NUGET) {
                    PackageSignature signature = PackageSignature.parse(octets);
                    requireOnly(options);
                    primary = signature;
                    chosen = signature;
                    signed = signature.packageDigest();
                } else {
                    AuthenticodeSignature signature = AuthenticodeSignature.parse(octets);
                    AuthenticodeSignature one = TimestampFile.chosen(signature, options);
                    primary = signature;
                    chosen = one;
                    signed = one.imageDigest();
                }
                TimestampFile.requireUnchanged(signed, file.digest(signed.algorithm()));
            }
            if (!options.add()) {
                TimestampFile.requireUnstamped(chosen);
            }
            TimestampFile.requireRebuildable(primary);
            TimestampFile.requireHolds(chosen);

            Timestamped stamp = timestamps.timestamp(TimestampFile.imprint(chosen));
            SignedDataSignature stamped = chosen.withTimestamp(stamp.token().encoded());
            SignedDataSignature whole = options.signature() == 0
                    ? stamped
                    : ((AuthenticodeSignature) primary)
                            .withNested(options.signature() - 1, (AuthenticodeSignature) stamped);
            try (SigningCopy writing = SigningCopy.open(copy.path(), format)) {
                writing.put(whole.encoded());
            }
            copy.check(format, whole, signed, parts);
            copy.release();
            return stamp;
        } catch (MalformedFile | MalformedSignature e) {
            throw new UnacceptableFile(e.getMessage(), e);
        }
    }

    private static void requireOnly(Options options) throws UnacceptableFile {
        if (options.signature() != 0) {
            throw new UnacceptableFile("there is no signature " + options.signature() + ": a package has one");
        }
    }
}
