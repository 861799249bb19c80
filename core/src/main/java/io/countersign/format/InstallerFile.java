package io.countersign.format;

import static io.countersign.format.MalformedFile.require;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.poi.poifs.common.POIFSConstants;
import org.apache.poi.poifs.filesystem.POIFSDocument;
import org.apache.poi.poifs.filesystem.POIFSFileSystem;
import org.apache.poi.poifs.property.DirectoryProperty;
import org.apache.poi.poifs.property.DocumentProperty;
import org.apache.poi.poifs.property.Property;

/**
 * A Windows Installer package: a compound file ([MS-CFB]) whose signature is a stream. Digested are the streams in the order of
 * their names and each storage's class; where a second stream, MsiDigitalSignatureEx, has the digest of names, sizes, classes
 * and times, it comes first, and is compared with them here.
 */
final class InstallerFile implements SignableFile {
    private static final String SIGNATURE = "\u0005DigitalSignature";
    private static final String EXTENDED = "\u0005MsiDigitalSignatureEx";
    private static final int MAXIMUM_DEPTH = 32;
    private static final int MAXIMUM_ENTRIES = 1 << 16;

    /** {000C1082…}, {000C1084…} and {000C1086…}: transforms, packages and patches. */
    private static final Bytes INSTALLER_CLASS = Bytes.ofHex("100c0000000000c000000000000046");

    private static final List<Integer> INSTALLER_KINDS = List.of(0x82, 0x84, 0x86);

    /**
     * A stream or a storage.
     *
     * @param fields its directory entry ([MS-CFB] section 2.6.1)
     * @param children of a storage, in the order of digesting
     */
    private record Node(Property property, ByteBuffer fields, List<Node> children) {
        private static final int TYPE = 66;
        private static final int ROOT = 5;
        private static final int CLASS = 80;
        private static final int STATE = 96;
        private static final int TIMES = 100;
        private static final int SIZE = 120;

        boolean isRoot() {
            return fields.get(TYPE) == ROOT;
        }

        byte[] name() {
            return property.getName().getBytes(StandardCharsets.UTF_16LE);
        }

        byte[] bytes(int from, int length) {
            byte[] bytes = new byte[length];
            fields.get(from, bytes);
            return bytes;
        }

        byte[] storageClass() {
            return bytes(CLASS, 16);
        }

        long size() {
            return Integer.toUnsignedLong(fields.getInt(SIZE));
        }

        void updateMetadata(MessageDigest digest) {
            if (!isRoot()) {
                digest.update(name());
            }
            digest.update(property.isDirectory() ? storageClass() : bytes(SIZE, 4));
            digest.update(bytes(STATE, 4));
            if (!isRoot()) {
                digest.update(bytes(TIMES, 16));
            }
        }
    }

    /** A compound file, with its table of sectors. */
    private static final class Sectors extends POIFSFileSystem {
        Sectors(Path file) throws IOException {
            super(file.toFile(), true);
        }

        /** Where the last sector that is in use ends. */
        long end() throws IOException {
            int sectors = (int) (size() / getBigBlockSize()) - 1; // the header is none
            while (sectors > 0 && isFree(sectors - 1)) {
                sectors--;
            }
            return (sectors + 1L) * getBigBlockSize();
        }

        private boolean isFree(int sector) {
            try {
                return getNextBlock(sector) == POIFSConstants.UNUSED_BLOCK;
            } catch (IndexOutOfBoundsException e) {
                return true; // the table ends before it
            }
        }
    }

    private final POIFSFileSystem system;
    private final Node root;
    private final Optional<Bytes> extended;
    private final Optional<Bytes> signature;

    private InstallerFile(Sectors system, long size) throws IOException, MalformedFile {
        this.system = system;
        long[] bounds = {MAXIMUM_ENTRIES, size};
        root = node(system.getPropertyTable().getRoot(), MAXIMUM_DEPTH, bounds);
        byte[] kind = root.storageClass();
        require(
                INSTALLER_KINDS.contains(Byte.toUnsignedInt(kind[0]))
                        && Bytes.of(Arrays.copyOfRange(kind, 1, kind.length)).equals(INSTALLER_CLASS),
                "a compound file, but no installer package: its class is " + Bytes.of(kind));
        extended = stream(EXTENDED);
        Optional<Bytes> room = stream(SIGNATURE);
        signature = room.isPresent() ? Optional.of(Octets.signature(room.get().toByteArray())) : Optional.empty();
        // An archive would be read from there (CVE-2020-1464).
        require(
                signature.isEmpty() || system.end() == size,
                (size - system.end()) + " bytes behind the last sector in use are covered by nothing");
    }

    static InstallerFile open(Path file) throws IOException, MalformedFile {
        Sectors system = JsignFormat.reading(() -> new Sectors(file));
        try {
            long size = Files.size(file);
            require(
                    size % system.getBigBlockSize() == 0,
                    "the compound file is cut off: its " + size + " bytes are no multiple of its sectors of "
                            + system.getBigBlockSize());
            return JsignFormat.reading(() -> new InstallerFile(system, size));
        } catch (IOException | MalformedFile e) {
            system.close();
            throw e;
        }
    }

    /**
     * Adds the stream that binds names, sizes, classes and times, as signtool does, to a package without a signature.
     *
     * @throws MalformedFile if POI cannot write into it
     */
    static void extend(Path copy, DigestAlgorithm algorithm) throws IOException, MalformedFile {
        Digest metadata;
        try (InstallerFile file = open(copy)) {
            metadata = file.metadata(algorithm);
        }
        JsignFormat.reading(() -> {
            try (POIFSFileSystem system = new POIFSFileSystem(copy.toFile(), false)) {
                system.getRoot()
                        .createOrUpdateDocument(
                                EXTENDED,
                                new ByteArrayInputStream(metadata.value().toByteArray()));
                system.writeFilesystem();
                return metadata;
            }
        });
    }

    /** Cuts off the free sectors at the end, in which POI leaves what was there before. */
    static void trim(Path copy) throws IOException {
        long end;
        try (Sectors system = new Sectors(copy)) {
            end = system.end();
        }
        try (FileChannel file = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            file.truncate(end);
        }
    }

    private static Node node(Property property, int depth, long[] bounds) throws IOException, MalformedFile {
        require(depth > 0, "the compound file has more than " + MAXIMUM_DEPTH + " storages in each other");
        require(--bounds[0] >= 0, "the compound file has more than " + MAXIMUM_ENTRIES + " entries");
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        property.writeData(raw);
        ByteBuffer fields = ByteBuffer.wrap(raw.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        List<Node> children = new ArrayList<>();
        Node node = new Node(property, fields, children);
        require(node.isRoot() == (depth == MAXIMUM_DEPTH), "the compound file has another root than its first entry");
        if (property instanceof DirectoryProperty directory) {
            for (Property child : directory) {
                children.add(node(child, depth - 1, bounds));
            }
            children.sort(Comparator.comparing(Node::name, Arrays::compareUnsigned));
        } else {
            // Streams that share their sectors could make reading cost many times the file.
            bounds[1] -= node.size();
            require(bounds[1] >= 0, "the streams of the compound file are together larger than the file");
        }
        return node;
    }

    private Optional<Bytes> stream(String name) throws IOException, MalformedFile {
        for (Node child : root.children) {
            if (child.property.getName().equals(name)) {
                require(
                        !child.property.isDirectory() && child.size() <= MAXIMUM_SIGNATURE,
                        "the stream for the signature is none, or too large");
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                forEachBlock(
                        child,
                        block -> content.write(
                                block.array(), block.arrayOffset() + block.position(), block.remaining()));
                return Optional.of(Bytes.of(content.toByteArray()));
            }
        }
        return Optional.empty();
    }

    private interface Sink {
        void take(ByteBuffer block);
    }

    private void forEachBlock(Node stream, Sink sink) throws IOException, MalformedFile {
        long left = stream.size();
        if (left > 0) {
            for (ByteBuffer block : new POIFSDocument((DocumentProperty) stream.property, system)) {
                block.limit(block.position() + (int) Math.min(left, block.remaining()));
                left -= block.remaining();
                sink.take(block);
                if (left == 0) {
                    break;
                }
            }
        }
        require(left == 0, "stream " + stream.property.getName() + " is " + left + " bytes shorter than its size");
    }

    @Override
    public Optional<Bytes> signature() {
        return signature;
    }

    @Override
    public Digest digest(DigestAlgorithm algorithm) throws IOException, MalformedFile {
        MessageDigest digest = algorithm.newMessageDigest();
        if (extended.isPresent()) {
            digest.update(extended.get().toByteArray());
            Bytes metadata = metadata(algorithm).value();
            if (!metadata.equals(extended.get())) {
                digest.update(metadata.toByteArray()); // another digest than any that was signed
            }
        }
        return JsignFormat.reading(() -> {
            updateContent(digest, root);
            return new Digest(algorithm, Bytes.of(digest.digest()));
        });
    }

    private void updateContent(MessageDigest digest, Node storage) throws IOException, MalformedFile {
        for (Node child : covered(storage)) {
            if (child.property.isDirectory()) {
                updateContent(digest, child);
            } else {
                forEachBlock(child, digest::update);
            }
        }
        digest.update(storage.storageClass());
    }

    private List<Node> covered(Node storage) {
        return storage.isRoot()
                ? storage.children.stream()
                        .filter(c -> !c.property.getName().equals(SIGNATURE)
                                && !c.property.getName().equals(EXTENDED))
                        .toList()
                : storage.children;
    }

    private Digest metadata(DigestAlgorithm algorithm) {
        MessageDigest digest = algorithm.newMessageDigest();
        updateMetadata(digest, root);
        return new Digest(algorithm, Bytes.of(digest.digest()));
    }

    private void updateMetadata(MessageDigest digest, Node storage) {
        storage.updateMetadata(digest);
        for (Node child : covered(storage)) {
            if (child.property.isDirectory()) {
                updateMetadata(digest, child);
            } else {
                child.updateMetadata(digest);
            }
        }
    }

    @Override
    public Map<String, Digest> parts() throws IOException, MalformedFile {
        return JsignFormat.reading(() -> {
            Map<String, Digest> parts = new LinkedHashMap<>();
            add(parts, "", root);
            return parts;
        });
    }

    private void add(Map<String, Digest> parts, String path, Node node) throws IOException, MalformedFile {
        MessageDigest digest = DigestAlgorithm.SHA256.newMessageDigest();
        node.updateMetadata(digest);
        if (!node.property.isDirectory()) {
            forEachBlock(node, digest::update);
        }
        parts.put(path, new Digest(DigestAlgorithm.SHA256, Bytes.of(digest.digest())));
        for (Node child : covered(node)) {
            add(parts, path + "/" + child.property.getName(), child);
        }
    }

    @Override
    public void close() throws IOException {
        system.close();
    }
}
