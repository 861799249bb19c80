package io.countersign.sign;

import io.countersign.pe.ByteRange;
import io.countersign.pe.ByteSource;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import io.countersign.pe.Section;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Proves that a signed PE file is another one plus a signature: signing may change four named parts, and every byte outside
 * them is compared. Whether the signature itself holds is not asked here. Reads both files once, in blocks; safe for several
 * threads.
 */
public final class DiffFile {
    private static final int BLOCK = 1 << 18;

    /** What signing changes (Windows Authenticode Portable Executable Signature Format 1.0, "Calculating the PE Image Hash"). */
    public enum Part {
        CHECKSUM("checksum"),
        SECURITY_DIRECTORY_ENTRY("security directory entry"),
        /** At most 7 zero octets that bring the file to the 8-byte boundary where its certificate table starts. */
        PADDING("padding"),
        CERTIFICATE_TABLE("certificate table");

        private final String label;

        Part(String label) {
            this.label = label;
        }

        /** As people read it. */
        public String label() {
            return label;
        }
    }

    /**
     * Where one part stands.
     *
     * @param inUnsigned its range there, of length 0 at the place where it is missing
     * @param inSigned its range in the signed file, which may be empty too
     * @param changed whether its octets differ
     */
    public record NamedRange(Part part, ByteRange inUnsigned, ByteRange inSigned, boolean changed) {}

    /**
     * The first octet that differs outside the named ranges.
     *
     * @param offset in the signed file, in bytes; where one file has ended, its end
     * @param where the header, the section or what else stands there
     * @param reason what was found and what was wanted
     */
    public record Difference(long offset, String where, String reason) {}

    /**
     * What comparing gave.
     *
     * @param ranges the parts that signing may change, in file order; none if the headers disagree about where they stand
     * @param otherBytes how many bytes of the signed file stand outside them; if it is proven, all were compared and are equal
     * @param difference empty if the signed file is proven to be the unsigned one plus a signature
     */
    public record Result(List<NamedRange> ranges, long otherBytes, Optional<Difference> difference) {
        public Result {
            ranges = List.copyOf(ranges);
        }

        public boolean isProven() {
            return difference.isEmpty();
        }
    }

    private final ByteSource before;
    private final ByteSource after;
    private final PeImage unsigned;
    private final PeImage signed;
    private final ByteBuffer left = ByteBuffer.allocate(BLOCK);
    private final ByteBuffer right = ByteBuffer.allocate(BLOCK);

    private DiffFile(ByteSource before, PeImage unsigned, ByteSource after, PeImage signed) {
        this.before = before;
        this.after = after;
        this.unsigned = unsigned;
        this.signed = signed;
    }

    /**
     * Compares. The unsigned file may have a certificate table too, if the other is that file signed again or timestamped.
     *
     * @throws UnacceptableFile if one of the two is no PE or is malformed, or the second has no signature
     */
    public static Result compare(Path unsigned, Path signed) throws IOException, UnacceptableFile {
        try (ByteSource before = ByteSource.open(unsigned);
                ByteSource after = ByteSource.open(signed)) {
            PeImage image = parse(signed, after);
            if (image.certificateTable().isEmpty()) {
                throw new UnacceptableFile(
                        signed + " has no signature; name the unsigned file first, then the signed one");
            }
            return new DiffFile(before, parse(unsigned, before), after, image).compare();
        }
    }

    private static PeImage parse(Path file, ByteSource source) throws IOException, UnacceptableFile {
        try {
            return PeImage.parse(source);
        } catch (MalformedPe e) {
            throw new UnacceptableFile(file + ": " + e.getMessage() + "; PE files are what this compares", e);
        }
    }

    private Result compare() throws IOException {
        ByteRange table = signed.certificateTable().orElseThrow();
        ByteRange entry = signed.securityEntry().orElseThrow();
        ByteRange oldTable = unsigned.certificateTable().orElse(new ByteRange(unsigned.size(), 0));
        if (!unsigned.checksum().equals(signed.checksum())
                || !unsigned.securityEntry().equals(signed.securityEntry())) {
            // Header fields say where these two stand, so the headers differ: there is nothing to leave out.
            long common = Math.min(unsigned.size(), signed.size());
            Difference difference = mismatch(0, 0, common).orElseThrow();
            return new Result(List.of(), signed.size(), Optional.of(difference));
        }
        ByteRange padding = new ByteRange(
                Math.min(oldTable.offset(), table.offset()), Math.max(0, table.offset() - oldTable.offset()));
        Optional<Difference> difference = mismatch(0, 0, signed.checksum().offset());
        if (difference.isEmpty()) {
            difference = mismatch(signed.checksum().end(), signed.checksum().end(), entry.offset());
        }
        if (difference.isEmpty()) {
            difference = mismatch(entry.end(), entry.end(), padding.offset());
        }
        if (difference.isEmpty()) {
            difference = padding(oldTable, padding);
        }
        if (difference.isEmpty()) {
            difference = tail(oldTable, table);
        }
        List<NamedRange> ranges = new ArrayList<>();
        ranges.add(named(Part.CHECKSUM, unsigned.checksum(), signed.checksum()));
        ranges.add(named(Part.SECURITY_DIRECTORY_ENTRY, entry, entry));
        ranges.add(named(Part.PADDING, new ByteRange(padding.offset(), 0), padding));
        ranges.add(named(Part.CERTIFICATE_TABLE, oldTable, table));
        long named = ranges.stream().mapToLong(r -> r.inSigned().length()).sum();
        return new Result(ranges, signed.size() - named, difference);
    }

    /** What stands between the old end and the new table: nothing that could hide anything. */
    private Optional<Difference> padding(ByteRange oldTable, ByteRange padding) throws IOException {
        if (oldTable.offset() > padding.offset()) {
            return difference(
                    padding.offset(),
                    "the certificate table starts here, the unsigned file goes on for "
                            + (oldTable.offset() - padding.offset()) + " bytes");
        }
        int allowed = oldTable.length() == 0 ? 7 : 0;
        if (padding.length() > allowed) {
            return difference(
                    padding.offset(),
                    padding.length() + " bytes were put in before the certificate table, signing puts at most "
                            + allowed);
        }
        ByteBuffer octets = ByteBuffer.allocate((int) padding.length());
        after.read(padding.offset(), octets);
        int nonZero = octets.flip().mismatch(ByteBuffer.allocate(octets.limit()));
        return nonZero < 0 ? Optional.empty() : difference(padding.offset() + nonZero, "the padding is not zero");
    }

    /** What stands behind the certificate table. */
    private Optional<Difference> tail(ByteRange oldTable, ByteRange table) throws IOException {
        long old = unsigned.size() - oldTable.end();
        long now = signed.size() - table.end();
        Optional<Difference> difference = mismatch(oldTable.end(), table.end(), table.end() + Math.min(old, now));
        if (difference.isPresent() || old == now) {
            return difference;
        }
        return difference(
                table.end() + Math.min(old, now),
                "behind the certificate table are " + now + " bytes, in the unsigned file " + old);
    }

    /** The first difference between octets of the unsigned file and octets {@code from} to {@code to} of the signed one. */
    private Optional<Difference> mismatch(long fromUnsigned, long from, long to) throws IOException {
        long shift = fromUnsigned - from;
        for (long at = from; at < to; at += right.limit()) {
            int length = (int) Math.min(BLOCK, to - at);
            before.read(at + shift, left.clear().limit(length));
            after.read(at, right.clear().limit(length));
            int index = left.flip().mismatch(right.flip());
            if (index >= 0) {
                return difference(at + index, "0x%02x became 0x%02x".formatted(left.get(index), right.get(index)));
            }
        }
        return Optional.empty();
    }

    private Optional<Difference> difference(long offset, String reason) {
        return Optional.of(new Difference(offset, where(offset), reason));
    }

    private String where(long offset) {
        for (Section section : signed.sections()) {
            if (offset >= section.rawData().offset()
                    && offset < section.rawData().end()) {
                return "section " + section.name();
            }
        }
        ByteRange table = signed.certificateTable().orElseThrow();
        if (offset >= table.offset()) {
            return offset < table.end() ? "the certificate table" : "behind the certificate table";
        }
        List<ByteRange> data = signed.sections().stream()
                .map(Section::rawData)
                .filter(d -> d.length() > 0)
                .toList();
        if (data.stream().allMatch(d -> offset < d.offset())) {
            return "the headers";
        }
        return data.stream().allMatch(d -> offset >= d.end()) ? "behind the last section" : "between sections";
    }

    private NamedRange named(Part part, ByteRange inUnsigned, ByteRange inSigned) throws IOException {
        boolean changed = inUnsigned.length() != inSigned.length()
                || mismatch(inUnsigned.offset(), inSigned.offset(), inSigned.end())
                        .isPresent();
        return new NamedRange(part, inUnsigned, inSigned, changed);
    }
}
