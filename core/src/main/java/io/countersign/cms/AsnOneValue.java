package io.countersign.cms;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/** Values of primitive elements for people: short, whatever their length, and with nothing that steers a terminal. */
final class AsnOneValue {
    private static final int OCTETS = 20;
    private static final int CHARACTERS = 72;
    private static final int IDENTIFIER = 48;

    private AsnOneValue() {}

    static String identifier(ByteBuffer content) {
        if (content.remaining() > IDENTIFIER) {
            return "an object identifier of " + content.remaining() + " octets";
        }
        try {
            return ASN1ObjectIdentifier.fromContents(array(content, IDENTIFIER)).getId();
        } catch (IllegalArgumentException e) {
            return "no object identifier: " + octets(content);
        }
    }

    static String pageHashes(ByteBuffer content, int digest, String name) {
        int entry = 4 + digest;
        int count = content.remaining() / entry;
        int rest = content.remaining() % entry;
        return count + " page hashes, each an offset and its " + name + (rest == 0 ? "" : ", and " + rest + " octets");
    }

    /**
     * @param universal tag number of its type; -1 if that is not known
     */
    static String text(int universal, ByteBuffer content) {
        return switch (universal) {
            case 0, 5 -> "";
            case 1 -> content.remaining() == 1 ? (content.get(0) == 0 ? "FALSE" : "TRUE") : octets(content);
            case 2, 10 -> integer(content);
            case 3 -> bits(content);
            case 12 -> string(content, StandardCharsets.UTF_8);
            case 18, 19, 20, 21, 22, 25, 26, 27 -> string(content, StandardCharsets.ISO_8859_1);
            case 23, 24 -> unquoted(content, StandardCharsets.US_ASCII);
            case 30 -> string(content, StandardCharsets.UTF_16BE);
            default -> octets(content);
        };
    }

    private static String integer(ByteBuffer content) {
        return content.remaining() == 0 || content.remaining() > 8
                ? octets(content)
                : new BigInteger(array(content, 8)).toString();
    }

    private static String bits(ByteBuffer content) {
        if (content.remaining() < 1) {
            return "no bits and no count of unused ones";
        }
        ByteBuffer bits = content.slice(1, content.remaining() - 1);
        return octets(bits) + (content.get(0) == 0 ? "" : ", unused bits: " + content.get(0));
    }

    private static String string(ByteBuffer content, Charset charset) {
        return "\"" + unquoted(content, charset) + "\"";
    }

    private static String unquoted(ByteBuffer content, Charset charset) {
        String text = new String(array(content, 4 * CHARACTERS), charset).replaceAll("\\p{C}", "?");
        return text.length() <= CHARACTERS && content.remaining() <= 4 * CHARACTERS
                ? text
                : text.substring(0, Math.min(CHARACTERS, text.length())) + "… (" + content.remaining() + " octets)";
    }

    private static String octets(ByteBuffer content) {
        String hex = HexFormat.of().formatHex(array(content, OCTETS));
        return content.remaining() <= OCTETS ? hex : hex + "… (" + content.remaining() + " octets)";
    }

    private static byte[] array(ByteBuffer content, int most) {
        byte[] octets = new byte[Math.min(most, content.remaining())];
        content.get(0, octets);
        return octets;
    }
}
