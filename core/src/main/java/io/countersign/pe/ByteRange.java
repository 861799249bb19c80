package io.countersign.pe;

/** Octets {@code offset} to {@code end()} (exclusive) of a file, both in bytes from its start. */
public record ByteRange(long offset, long length) {
    public ByteRange {
        if (offset < 0 || length < 0 || offset > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException("no range: offset " + offset + ", length " + length);
        }
    }

    public long end() {
        return offset + length;
    }

    /** As people read it: {@code 0x1a00..0x2c48}. */
    @Override
    public String toString() {
        return "0x" + Long.toHexString(offset) + "..0x" + Long.toHexString(end());
    }
}
