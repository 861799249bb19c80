package io.countersign.format;

import io.countersign.key.Bytes;
import io.countersign.pe.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;

/** Octets of a file. */
final class Octets {
    private static final int BLOCK = 1 << 18;

    /** Signers fill up to a multiple of eight. */
    private static final int MAXIMUM_PADDING = 7;

    private Octets() {}

    /** What makes a file of a format out of its octets, which it keeps open. */
    interface Reader<F extends SignableFile> {
        F read(ByteSource source) throws IOException, MalformedFile;
    }

    /** Opens a file for a reader; it is closed again if that refuses it. */
    static <F extends SignableFile> F open(Path file, Reader<F> reader) throws IOException, MalformedFile {
        ByteSource source = ByteSource.open(file);
        try {
            return reader.read(source);
        } catch (IOException | MalformedFile e) {
            source.close();
            throw e;
        }
    }

    /** Digests the octets from one offset to another. */
    static void update(MessageDigest digest, ByteSource source, long from, long to) throws IOException {
        ByteBuffer block = ByteBuffer.allocate((int) Math.min(BLOCK, Math.max(0, to - from)));
        for (long at = from; at < to; at += block.limit()) {
            block.clear().limit((int) Math.min(block.capacity(), to - at));
            source.read(at, block);
            digest.update(block.flip());
        }
    }

    /** Whether they begin with these. */
    static boolean start(byte[] octets, int... wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (i >= octets.length || Byte.toUnsignedInt(octets[i]) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * The signature in the room a file has for it: the DER element at the start; behind it only padding.
     *
     * @throws MalformedFile if there is none, or something hides behind it
     */
    static Bytes signature(byte[] room) throws MalformedFile {
        int length = derLength(room);
        MalformedFile.require(
                length > 0 && length <= room.length, "the signature's " + room.length + " bytes are no DER sequence");
        boolean honest = room.length - length <= MAXIMUM_PADDING
                && Arrays.equals(room, length, room.length, new byte[MAXIMUM_PADDING], 0, room.length - length);
        MalformedFile.require(honest, (room.length - length) + " bytes behind the signature are covered by nothing");
        return Bytes.of(Arrays.copyOf(room, length));
    }

    private static int derLength(byte[] octets) {
        if (octets.length < 2 || octets[0] != 0x30) {
            return -1;
        }
        int count = octets[1] & 0x7F;
        if (octets[1] >= 0) {
            return 2 + count;
        }
        if (count == 0 || count > 3 || octets.length < 2 + count) {
            return -1;
        }
        int length = 0;
        for (int i = 0; i < count; i++) {
            length = length << 8 | Byte.toUnsignedInt(octets[2 + i]);
        }
        return 2 + count + length;
    }
}
