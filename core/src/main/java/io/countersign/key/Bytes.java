package io.countersign.key;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** An immutable sequence of bytes, equal by content. Public values only: a secret never becomes a {@code Bytes}. */
public final class Bytes {
    private final byte[] octets;

    private Bytes(byte[] octets) {
        this.octets = octets;
    }

    /** A copy of the given octets. */
    public static Bytes of(byte... octets) {
        return new Bytes(octets.clone());
    }

    /** The given octets themselves, which the caller must never change again: for makers of what may be megabytes. */
    public static Bytes taking(byte[] octets) {
        return new Bytes(octets);
    }

    /**
     * The octets written in hexadecimal, either case, no separators.
     *
     * @throws IllegalArgumentException if the text is not an even number of hexadecimal digits
     */
    public static Bytes ofHex(String hex) {
        return new Bytes(HexFormat.of().parseHex(hex));
    }

    /** A copy of the octets. */
    public byte[] toByteArray() {
        return octets.clone();
    }

    /** The octets themselves, read-only: for those who only look at what may be megabytes. */
    public ByteBuffer asBuffer() {
        return ByteBuffer.wrap(octets).asReadOnlyBuffer();
    }

    /** The octets themselves, to be read from the first. */
    public InputStream asStream() {
        return new ByteArrayInputStream(octets);
    }

    /** The number of octets. */
    public int size() {
        return octets.length;
    }

    /** Lower-case hexadecimal, no separators. */
    public String hex() {
        return HexFormat.of().formatHex(octets);
    }

    /** Base64 with padding, RFC 4648 section 4. */
    public String base64() {
        return Base64.getEncoder().encodeToString(octets);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(octets, that.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    /** Hexadecimal, cut after 32 octets so that a log line stays a line. */
    @Override
    public String toString() {
        return octets.length <= 32
                ? hex()
                : HexFormat.of().formatHex(octets, 0, 32) + "… (" + octets.length + " bytes)";
    }
}
