package io.countersign.pe;

/** Not a PE file, or one whose headers contradict each other or the file. */
public final class MalformedPe extends Exception {
    private static final long serialVersionUID = 1;

    private final long offset;

    MalformedPe(long offset, String reason) {
        super(reason + " (at offset 0x" + Long.toHexString(offset) + ")");
        this.offset = offset;
    }

    /** Where in the file the contradiction stands, in bytes. */
    public long offset() {
        return offset;
    }
}
