package io.countersign.format;

import static io.countersign.format.MalformedFile.require;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import net.jsign.mscab.MSCabinetFile;

/**
 * A cabinet ([MS-CAB] section 2.1, CFHEADER). Its signature stands behind it; where, says the second structure of the
 * per-cabinet reserve, which is two lengths of 16 bits and so many octets each.
 */
final class CabinetFile implements SignableFile {
    private final MSCabinetFile cabinet;
    private final Optional<Bytes> signature;

    private CabinetFile(MSCabinetFile cabinet, Optional<Bytes> signature) {
        this.cabinet = cabinet;
        this.signature = signature;
    }

    static CabinetFile open(Path file) throws IOException, MalformedFile {
        Optional<Bytes> signature;
        try (ByteSource source = ByteSource.open(file)) {
            signature = signature(source);
        }
        return new CabinetFile(
                JsignFormat.reading(() -> new MSCabinetFile(Files.newByteChannel(file, StandardOpenOption.READ))),
                signature);
    }

    private static Optional<Bytes> signature(ByteSource source) throws IOException, MalformedFile {
        CabinetHeader header = CabinetHeader.read(source);
        long cabinet = header.size();
        Optional<byte[]> place = header.place();
        if (place.isEmpty()) {
            require(
                    cabinet == source.size(),
                    (source.size() - cabinet) + " bytes behind the cabinet belong to nothing");
            return Optional.empty();
        }
        ByteBuffer fields = ByteBuffer.wrap(place.get()).order(ByteOrder.LITTLE_ENDIAN);
        long offset = Integer.toUnsignedLong(fields.getInt(0));
        long length = Integer.toUnsignedLong(fields.getInt(4));
        require(
                offset == cabinet && length == source.size() - cabinet && fields.getLong(8) == 0,
                "the cabinet's signature should be its last " + length + " bytes, at " + offset
                        + "; the cabinet ends at " + cabinet + ", the file at " + source.size());
        require(length <= MAXIMUM_SIGNATURE, "the signature has " + length + " bytes, more than any");
        return Optional.of(Octets.signature(
                CabinetHeader.bytes(source, offset, (int) length).array()));
    }

    @Override
    public Optional<Bytes> signature() {
        return signature;
    }

    @Override
    public Digest digest(DigestAlgorithm algorithm) throws IOException, MalformedFile {
        byte[] digest = JsignFormat.reading(() -> cabinet.computeDigest(JsignFormat.algorithm(algorithm)));
        return new Digest(algorithm, Bytes.of(digest));
    }

    @Override
    public void close() throws IOException {
        cabinet.close();
    }
}
