package io.countersign.pe;

import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The digest of every page of a PE image, so that Windows can check a page when it is read instead of the whole file before.
 * A table of entries, each the page's file offset (32 bits, little-endian) and its digest:
 *
 * <ul>
 *   <li>the headers up to SizeOfHeaders without CheckSum and security directory entry, at offset 0;
 *   <li>each 4096 bytes of each section's raw data, by offset;
 *   <li>the end of the last section, with a digest of zeroes.
 * </ul>
 *
 * What does not fill its page is padded with zeroes. Version 1 of the table uses SHA-1, version 2 SHA-256. Microsoft's Windows
 * Authenticode Portable Executable Signature Format 1.0 names the table ("SpcPeImageData", "SpcSerializedObject") and leaves
 * its layout open; this is the layout of files signed by Microsoft, and what osslsigncode makes. Immutable.
 *
 * @param algorithm SHA-1 or SHA-256
 * @param table the entries, as signed; one that was read from a signature may have any content
 */
public record PageHashes(DigestAlgorithm algorithm, Bytes table) {
    private static final int PAGE = 4096;
    private static final int BLOCK = 64 * PAGE;

    /** A signature with a larger table would not be read back: {@link CertificateTable#MAXIMUM_SIGNATURE}. */
    private static final int MAXIMUM_TABLE = CertificateTable.MAXIMUM_SIGNATURE - (1 << 20);

    private static final byte[] ZEROES = new byte[PAGE];

    public PageHashes {
        if (algorithm != DigestAlgorithm.SHA1 && algorithm != DigestAlgorithm.SHA256) {
            throw new IllegalArgumentException("page hashes are SHA-1 or SHA-256, not " + algorithm.jcaName());
        }
    }

    /**
     * Hashes the pages of a file, reading it once in blocks. Equal before and after signing.
     *
     * @throws MalformedPe if the headers do not say what the pages are: they do not fit one page, sections overlap or are not
     *     in the order of their offsets; or if the file has more pages than a signature can list, about 1.7 GB of them
     */
    public static PageHashes of(PeImage image, ByteSource source, DigestAlgorithm algorithm)
            throws IOException, MalformedPe {
        List<Section> sections = inOrder(image);
        ByteBuffer table = ByteBuffer.allocate(tableSize(sections, algorithm)).order(ByteOrder.LITTLE_ENDIAN);
        MessageDigest digest = algorithm.newMessageDigest();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        table.putInt(0).put(headers(image, source, digest));
        long end = 0;
        for (Section section : sections) {
            end = section.rawData().end();
            for (long at = section.rawData().offset(); at < end; at += block.limit()) {
                block.clear().limit((int) Math.min(BLOCK, end - at));
                source.read(at, block);
                for (int page = 0; page < block.limit(); page += PAGE) {
                    int length = Math.min(PAGE, block.limit() - page);
                    digest.update(block.array(), page, length);
                    digest.update(ZEROES, 0, PAGE - length);
                    table.putInt((int) (at + page)).put(digest.digest());
                }
            }
        }
        table.putInt((int) end);
        return new PageHashes(algorithm, Bytes.taking(table.array()));
    }

    /** Where this table, as signed, is not the one of the file as it is: a sentence naming the first such page. */
    public Optional<String> differenceFrom(PageHashes file) {
        if (equals(file)) {
            return Optional.empty();
        }
        if (algorithm != file.algorithm || table.size() != file.table.size()) {
            return Optional.of("the signature lists " + entries() + " " + algorithm.jcaName() + " pages in "
                    + table.size() + " bytes, the file has " + file.entries() + " in " + file.table.size());
        }
        ByteBuffer signed = table.asBuffer().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer actual = file.table.asBuffer().order(ByteOrder.LITTLE_ENDIAN);
        int entry = signed.mismatch(actual) / entrySize(algorithm) * entrySize(algorithm);
        long signedOffset = Integer.toUnsignedLong(signed.getInt(entry));
        long offset = Integer.toUnsignedLong(actual.getInt(entry));
        return Optional.of(
                signedOffset == offset
                        ? String.format(
                                Locale.ROOT, "the page at file offset 0x%x is not the one that was signed", offset)
                        : String.format(
                                Locale.ROOT,
                                "the signature lists a page at file offset 0x%x where the file has one at 0x%x",
                                signedOffset,
                                offset));
    }

    /** Entries of the table, the closing one included. */
    public int entries() {
        return table.size() / entrySize(algorithm);
    }

    private static int entrySize(DigestAlgorithm algorithm) {
        return 4 + algorithm.size();
    }

    /** Sections with raw data. Overlapping ones would make a small file hash for hours, so order is not only a nicety. */
    private static List<Section> inOrder(PeImage image) throws MalformedPe {
        List<Section> sections =
                image.sections().stream().filter(s -> s.rawData().length() > 0).toList();
        long end = image.sizeOfHeaders();
        for (Section section : sections) {
            if (section.rawData().offset() < end) {
                throw new MalformedPe(
                        section.rawData().offset(),
                        "no page hashes for a file like this: section " + section.name() + " starts before offset "
                                + end + ", where the headers or the section before it end");
            }
            end = section.rawData().end();
        }
        return sections;
    }

    private static int tableSize(List<Section> sections, DigestAlgorithm algorithm) throws MalformedPe {
        long pages = 2;
        for (Section section : sections) {
            pages += (section.rawData().length() + PAGE - 1) / PAGE;
        }
        long size = pages * entrySize(algorithm);
        if (size > MAXIMUM_TABLE) {
            throw new MalformedPe(
                    0,
                    "no page hashes for a file like this: the table would have " + size
                            + " bytes, a signature has room for " + MAXIMUM_TABLE);
        }
        return (int) size;
    }

    private static byte[] headers(PeImage image, ByteSource source, MessageDigest digest)
            throws IOException, MalformedPe {
        ByteRange entry =
                image.securityEntry().orElse(new ByteRange(image.checksum().end(), 0));
        long size = image.sizeOfHeaders();
        if (size < entry.end() || size > PAGE || size > image.size()) {
            throw new MalformedPe(
                    image.peOffset(),
                    "no page hashes for a file like this: SizeOfHeaders is " + size + ", wanted " + entry.end() + " to "
                            + Math.min(PAGE, image.size()));
        }
        ByteBuffer headers = ByteBuffer.allocate((int) size);
        source.read(0, headers);
        int checksum = (int) image.checksum().offset();
        int checksumEnd = (int) image.checksum().end();
        digest.update(headers.array(), 0, checksum);
        digest.update(headers.array(), checksumEnd, (int) entry.offset() - checksumEnd);
        digest.update(headers.array(), (int) entry.end(), (int) (size - entry.end()));
        digest.update(ZEROES, 0, (int) (PAGE - size));
        return digest.digest();
    }
}
