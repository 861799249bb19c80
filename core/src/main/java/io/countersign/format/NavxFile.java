package io.countersign.format;

import static io.countersign.format.MalformedFile.require;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * A Business Central extension: a header of 40 octets, so many octets of content, and a signature block of "NXSB", the DER,
 * the block's offset and "NXSB" again. Nobody documents it; this is what jsign writes and Business Central takes.
 */
final class NavxFile implements SignableFile {
    private static final int HEADER = 40;
    private static final int MAGIC = 0x5856414E;
    private static final int BLOCK = 0x4253584E;
    private static final int FRAME = 12;

    private final ByteSource source;
    private final long content;
    private final Optional<Bytes> signature;

    private NavxFile(ByteSource source) throws IOException, MalformedFile {
        this.source = source;
        require(source.size() >= HEADER, "the NAVX file ends inside its header, at " + source.size());
        ByteBuffer header = read(0, HEADER);
        require(header.getInt(36) == MAGIC, "the NAVX header does not end with NAVX");
        content = HEADER + (long) header.getInt(28);
        require(
                content >= HEADER && content <= source.size(),
                "the NAVX header speaks of " + (content - HEADER) + " bytes of content, the file has "
                        + (source.size() - HEADER));
        long length = source.size() - content;
        require(length <= MAXIMUM_SIGNATURE, length + " bytes behind the NAVX content are more than any signature");
        if (length == 0) {
            signature = Optional.empty();
            return;
        }
        ByteBuffer block = read(content, (int) length);
        require(
                length > FRAME
                        && block.getInt(0) == BLOCK
                        && block.getInt((int) length - 4) == BLOCK
                        && block.getInt((int) length - 8) == (int) content,
                "what stands behind the NAVX content, at " + content + ", is no signature block");
        byte[] der = new byte[(int) length - FRAME];
        block.get(4, der);
        signature = Optional.of(Octets.signature(der));
    }

    static NavxFile open(Path file) throws IOException, MalformedFile {
        return Octets.open(file, NavxFile::new);
    }

    private ByteBuffer read(long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        source.read(at, buffer);
        return buffer;
    }

    @Override
    public Optional<Bytes> signature() {
        return signature;
    }

    @Override
    public Digest digest(DigestAlgorithm algorithm) throws IOException {
        MessageDigest digest = algorithm.newMessageDigest();
        Octets.update(digest, source, 0, content);
        return new Digest(algorithm, Bytes.of(digest.digest()));
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
