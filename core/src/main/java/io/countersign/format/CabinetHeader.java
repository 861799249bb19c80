package io.countersign.format;

import static io.countersign.format.MalformedFile.require;

import io.countersign.pe.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The head of a cabinet ([MS-CAB] sections 2.1 and 2.2, CFHEADER and CFFOLDER), as strict as signing needs.
 *
 * @param size of the cabinet without what may stand behind it
 * @param files where the first CFFILE stands
 * @param count how many there are
 * @param folders the runs of data that files are parts of
 * @param ofSet whether it goes on in another cabinet, or comes from one
 * @param place where the signature stands, in the octets of the reserve; empty if there is none
 */
record CabinetHeader(long size, long files, int count, List<Folder> folders, boolean ofSet, Optional<byte[]> place) {
    private static final int HEADER = 36;
    private static final int FOLDER = 8;
    private static final int FLAG_PREVIOUS = 1;
    private static final int FLAG_NEXT = 2;
    private static final int FLAG_RESERVE = 4;
    private static final int PLACE = 16;
    private static final int MAXIMUM_NAME = 256;

    /**
     * One CFFOLDER.
     *
     * @param data where its first CFDATA stands
     * @param blocks how many there are
     * @param method typeCompress: the method in its low four bits
     */
    record Folder(long data, int blocks, int method) {}

    static CabinetHeader read(ByteSource source) throws IOException, MalformedFile {
        require(source.size() >= HEADER + FOLDER, "the cabinet ends inside its header, at " + source.size());
        ByteBuffer header = bytes(source, 0, HEADER);
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
            ByteBuffer sizes = bytes(source, at, 4);
            int reserve = Short.toUnsignedInt(sizes.getShort(0));
            require(
                    sizes.get(2) == 0 && sizes.get(3) == 0,
                    "the cabinet has reserves in its folders or data blocks, whose sizes no signature covers;"
                            + " make the cabinet without a reserve");
            place = place(bytes(source, at + 4, reserve));
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
        List<Folder> found = new ArrayList<>();
        for (int i = 0; i < folders; i++) {
            ByteBuffer folder = bytes(source, at + (long) i * FOLDER, FOLDER);
            long data = Integer.toUnsignedLong(folder.getInt(0));
            require(data <= cabinet, "folder " + i + " of the cabinet has its data at " + data + ", behind its end");
            found.add(
                    new Folder(data, Short.toUnsignedInt(folder.getShort(4)), Short.toUnsignedInt(folder.getShort(6))));
        }
        return new CabinetHeader(
                cabinet, files, Short.toUnsignedInt(header.getShort(28)), List.copyOf(found), names > 0, place);
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

    private static long afterName(ByteSource source, long at) throws IOException, MalformedFile {
        ByteBuffer name = bytes(source, at, (int) Math.min(MAXIMUM_NAME, source.size() - at));
        for (int i = 0; i < name.limit(); i++) {
            if (name.get(i) == 0) {
                return at + i + 1;
            }
        }
        throw new MalformedFile("a name in the cabinet's header, at " + at + ", does not end");
    }

    static ByteBuffer bytes(ByteSource source, long at, int length) throws IOException, MalformedFile {
        require(at + length <= source.size(), "the cabinet ends inside its header, at " + source.size());
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        source.read(at, buffer);
        return buffer;
    }
}
