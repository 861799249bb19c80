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
    private static final int HEADER = 36;
    private static final int FOLDER = 8;
    private static final int FLAG_PREVIOUS = 1;
    private static final int FLAG_NEXT = 2;
    private static final int FLAG_RESERVE = 4;
    private static final int PLACE = 16;
    private static final int MAXIMUM_NAME = 256;

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
        require(source.size() >= HEADER + FOLDER, "the cabinet ends inside its header, at " + source.size());
        ByteBuffer header = read(source, 0, HEADER);
        long cabinet = Integer.toUnsignedLong(header.getInt(8));
        long files = Integer.toUnsignedLong(header.getInt(16));
        int folders = Short.toUnsignedInt(header.getShort(26));
        int flags = Short.toUnsignedInt(header.getShort(30));
        require(
                header.getInt(4) == 0 && header.getInt(12) == 0 && header.getInt(20) == 0,
                "the cabinet's reserved fields are not zero");
        require(
                cabinet <= source.size(),
                "the cabinet says it has " + cabinet + " bytes, the file has " + source.size());
        require((flags & ~(FLAG_PREVIOUS | FLAG_NEXT | FLAG_RESERVE)) == 0, "the cabinet has unknown flags " + flags);
        long at = HEADER;
        Optional<byte[]> place = Optional.empty();
        if ((flags & FLAG_RESERVE) != 0) {
            ByteBuffer sizes = read(source, at, 4);
            int reserve = Short.toUnsignedInt(sizes.getShort(0));
            require(
                    sizes.get(2) == 0 && sizes.get(3) == 0,
                    "the cabinet has reserves in its folders or data blocks, whose sizes no signature covers;"
                            + " make the cabinet without a reserve");
            place = place(read(source, at + 4, reserve));
            at += 4 + reserve;
        }
        int names = 2 * Integer.bitCount(flags & (FLAG_PREVIOUS | FLAG_NEXT));
        for (int i = 0; i < names; i++) {
            at = afterName(source, at);
        }
        require(
                at + (long) folders * FOLDER <= files && files <= cabinet,
                "the cabinet's " + folders + " folders and its files (at " + files + ") do not fit its " + cabinet
                        + " bytes");
        for (int i = 0; i < folders; i++) {
            long data = Integer.toUnsignedLong(
                    read(source, at + (long) i * FOLDER, FOLDER).getInt(0));
            require(data <= cabinet, "folder " + i + " of the cabinet has its data at " + data + ", behind its end");
        }
        return signature(source, cabinet, place);
    }

    private static Optional<byte[]> place(ByteBuffer reserve) throws MalformedFile {
        if (reserve.limit() < 4) {
            require(reserve.limit() == 0, "the cabinet's reserve of " + reserve.limit() + " bytes is of unknown form");
            return Optional.empty();
        }
        int first = Short.toUnsignedInt(reserve.getShort(0));
        int second = Short.toUnsignedInt(reserve.getShort(2));
        // Nothing covers what stands behind the two; a signature that was taken away leaves its room.
        int rest = reserve.limit() - 4 - first - second;
        require(
                (second == PLACE && rest == 0) || (second == 0 && (rest == 0 || rest == PLACE)),
                "the cabinet's reserve is of a form that has no place for a signature; make the cabinet without a reserve");
        byte[] place = new byte[second];
        reserve.get(4 + first, place);
        return second == 0 ? Optional.empty() : Optional.of(place);
    }

    private static Optional<Bytes> signature(ByteSource source, long cabinet, Optional<byte[]> place)
            throws IOException, MalformedFile {
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
        return Optional.of(Octets.signature(read(source, offset, (int) length).array()));
    }

    private static long afterName(ByteSource source, long at) throws IOException, MalformedFile {
        ByteBuffer name = read(source, at, (int) Math.min(MAXIMUM_NAME, source.size() - at));
        for (int i = 0; i < name.limit(); i++) {
            if (name.get(i) == 0) {
                return at + i + 1;
            }
        }
        throw new MalformedFile("a name in the cabinet's header, at " + at + ", does not end");
    }

    private static ByteBuffer read(ByteSource source, long at, int length) throws IOException, MalformedFile {
        require(at + length <= source.size(), "the cabinet ends inside its header, at " + source.size());
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        source.read(at, buffer);
        return buffer;
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
