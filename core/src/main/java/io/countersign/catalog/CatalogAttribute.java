package io.countersign.catalog;

import io.countersign.key.Bytes;
import java.nio.charset.StandardCharsets;

/**
 * A named value of a member or of the whole catalog (CAT_NAMEVALUE of wintrust.h).
 *
 * @param name such as {@code File}, {@code OSAttr}, {@code HWID1}
 * @param flags CRYPTCAT_ATTR_…, unsigned 32 bits
 * @param value as it stands in the catalog
 */
public record CatalogAttribute(String name, long flags, Bytes value) {
    /** CRYPTCAT_ATTR_AUTHENTICATED, _DATAASCII and _NAMEASCII: what Inf2Cat and MakeCat write for text. */
    private static final long TEXT = 0x1001_0001L;

    private static final long DATA_BASE64 = 0x2_0000L;

    static CatalogAttribute ofText(String name, String text) {
        return new CatalogAttribute(name, TEXT, Bytes.of((text + '\0').getBytes(StandardCharsets.UTF_16LE)));
    }

    /** The value as text without its closing NUL, or in hexadecimal where it is not meant to be text. */
    public String text() {
        if ((flags & DATA_BASE64) != 0 || value.size() % 2 != 0) {
            return value.hex();
        }
        String text = new String(value.toByteArray(), StandardCharsets.UTF_16LE);
        return text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
    }
}
