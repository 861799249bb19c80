package io.countersign.lab;

import io.countersign.catalog.Catalog;
import io.countersign.catalog.CatalogMember;
import io.countersign.catalog.CatalogVersion;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteRange;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import io.countersign.pe.Section;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** A driver, and what labs and tests do to it. Immutable. */
public final class LabDriver {
    private static final int LIST_ID_SIZE = 16;
    private static final int TIME_DATE_STAMP = 8;

    /** As long as an entry of the certificate table is aligned to. */
    private static final Bytes STOWAWAY = Bytes.of("STOWAWAY".getBytes(StandardCharsets.US_ASCII));

    private final byte[] octets;
    private final PeImage image;

    private LabDriver(byte[] octets, PeImage image) {
        this.octets = octets;
        this.image = image;
    }

    /** Where a file can be changed. */
    public enum Spot {
        /** A bit of the first octet of the first section, which the signature covers. */
        CODE,
        /** A bit of the CheckSum field, which it does not cover. */
        CHECKSUM,
        /** Eight octets more behind the PKCS#7 structure, inside the certificate table, which it does not cover either. */
        PADDING
    }

    /**
     * Reads one.
     *
     * @throws MalformedPe if the octets are no PE file
     */
    public static LabDriver of(byte[] octets) throws MalformedPe {
        byte[] copy = octets.clone();
        try {
            return new LabDriver(copy, PeImage.parse(source(copy)));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
    }

    private static ByteSource source(byte[] octets) {
        return ByteSource.of(Bytes.of(octets));
    }

    private ImageScan scan(EnumSet<DigestAlgorithm> algorithms) {
        try {
            return ImageScan.of(image, source(octets), algorithms);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public byte[] toByteArray() {
        return octets.clone();
    }

    /** The Authenticode digest of the image. */
    public Digest imageDigest(DigestAlgorithm algorithm) {
        return scan(EnumSet.of(algorithm)).imageDigest(algorithm);
    }

    /** The same with the CheckSum it should have. */
    public LabDriver withRightChecksum() {
        int right = (int) scan(EnumSet.noneOf(DigestAlgorithm.class)).checksum();
        return withNumber(image.checksum().offset(), right);
    }

    /** The same as if built then: IMAGE_FILE_HEADER.TimeDateStamp says so, and the image digest is another. */
    public LabDriver builtAt(Instant time) {
        return withNumber(image.peOffset() + TIME_DATE_STAMP, (int) time.getEpochSecond());
    }

    private LabDriver withNumber(long offset, int number) {
        byte[] copy = octets.clone();
        littleEndian(copy).putInt((int) offset, number);
        return remade(copy);
    }

    /**
     * The same, changed after it was signed.
     *
     * @throws IllegalArgumentException if there is no such spot in it
     */
    public LabDriver changed(Spot spot) {
        return switch (spot) {
            case CODE -> withBitTurned(firstSection().offset());
            case CHECKSUM -> withBitTurned(image.checksum().offset());
            case PADDING -> withStowaway();
        };
    }

    private ByteRange firstSection() {
        return image.sections().stream()
                .map(Section::rawData)
                .filter(r -> r.length() > 0)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no section of it has content"));
    }

    private LabDriver withBitTurned(long offset) {
        byte[] copy = octets.clone();
        copy[(int) offset] ^= 1;
        return remade(copy);
    }

    private LabDriver withStowaway() {
        ByteRange table = image.certificateTable()
                .filter(t -> t.end() == image.size())
                .orElseThrow(() -> new IllegalArgumentException("it has no certificate table at its end"));
        int size = (int) table.length() + STOWAWAY.size();
        byte[] copy = Arrays.copyOf(octets, octets.length + STOWAWAY.size());
        littleEndian(copy)
                .put(octets.length, STOWAWAY.toByteArray())
                .putInt((int) table.offset(), size) // dwLength of the one entry
                .putInt((int) image.securityEntry().orElseThrow().offset() + Integer.BYTES, size);
        return remade(copy);
    }

    private static ByteBuffer littleEndian(byte[] octets) {
        return ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static LabDriver remade(byte[] octets) {
        try {
            return of(octets);
        } catch (MalformedPe e) {
            throw new IllegalStateException("the change made it no PE file", e);
        }
    }

    /** An unsigned catalog with this driver as its only member. */
    public Catalog catalog(DigestAlgorithm algorithm, Instant made) {
        Digest digest = imageDigest(algorithm);
        CatalogMember member = new CatalogMember(
                digest.value(),
                Optional.of(new CatalogMember.Content(CatalogMember.Kind.PE_IMAGE, digest)),
                Optional.empty(),
                List.of());
        return new Catalog(
                Bytes.of(new byte[LIST_ID_SIZE]),
                made,
                CatalogVersion.V2,
                List.of(member),
                List.of(),
                Optional.empty());
    }
}
