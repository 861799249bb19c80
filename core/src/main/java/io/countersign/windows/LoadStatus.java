package io.countersign.windows;

import java.util.Locale;
import java.util.OptionalInt;

/** How Windows reports that it did not load an image: ntstatus.h, and winerror.h where the mapping is documented. */
public enum LoadStatus {
    STATUS_INVALID_IMAGE_HASH(0xC000_0428, 577),
    STATUS_INVALID_IMAGE_FORMAT(0xC000_007B, 193),
    STATUS_IMAGE_CHECKSUM_MISMATCH(0xC000_0221, 0),
    STATUS_IMAGE_CERT_REVOKED(0xC000_0603, 0);

    private final int code;
    private final int win32;

    LoadStatus(int code, int win32) {
        this.code = code;
        this.win32 = win32;
    }

    /** The NTSTATUS, unsigned 32 bits. */
    public long code() {
        return Integer.toUnsignedLong(code);
    }

    /** The Win32 error that StartService and the like return for it, if known. */
    public OptionalInt win32() {
        return win32 == 0 ? OptionalInt.empty() : OptionalInt.of(win32);
    }

    /** {@code 0xC0000428 STATUS_INVALID_IMAGE_HASH (Win32 error 577)}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "0x%08X %s", code, name())
                + (win32 == 0 ? "" : " (Win32 error " + win32 + ")");
    }
}
