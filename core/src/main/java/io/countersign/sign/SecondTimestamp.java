package io.countersign.sign;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.EmbeddedSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.key.Bytes;
import io.countersign.pe.ByteSource;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import io.countersign.timestamp.MalformedTimestamp;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampToken;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A token from another authority than the one whose token is in a signed file, over the same signature value. It is for the record
 * about the file and does not go into it. Immutable; safe for several threads.
 */
public final class SecondTimestamp {
    private final TimestampSource timestamps;

    public SecondTimestamp(TimestampSource timestamps) {
        this.timestamps = timestamps;
    }

    /**
     * Asks for the token. The file is only read.
     *
     * @param signed a PE file whose primary signature has a timestamp
     * @throws UnacceptableFile if it is no such file
     * @throws TimestampUnavailable if none was given, or it is by the certificate that the first is by
     */
    public Timestamped of(Path signed) throws IOException, UnacceptableFile, TimestampUnavailable {
        AuthenticodeSignature signature;
        TimestampToken first;
        try (ByteSource source = ByteSource.open(signed)) {
            signature = EmbeddedSignature.read(PeImage.parse(source), source)
                    .orElseThrow(() -> new UnacceptableFile("the file has no signature to timestamp"))
                    .signature();
            Bytes token = signature.timestamps().stream()
                    .findFirst()
                    .orElseThrow(() -> new UnacceptableFile("the signature has no first timestamp"));
            first = TimestampToken.parse(token.toByteArray());
        } catch (MalformedPe | MalformedSignature | MalformedTimestamp e) {
            throw new UnacceptableFile(e.getMessage(), e);
        }
        Timestamped second = timestamps.timestamp(TimestampFile.imprint(signature));
        if (second.token().signerCertificate().equals(first.signerCertificate())) {
            throw new TimestampUnavailable("the second timestamp authority, " + second.source()
                    + ", answered with the certificate of the first, so its token adds nothing; name another one");
        }
        return second;
    }
}
