package io.countersign.cms;

import io.countersign.key.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What signatures are made over in a SignedData, as it stands: its content (RFC 5652 section 5.4) and its certificates. What a
 * parser gives back need not be those octets, since BER says the same thing in many ways.
 *
 * <pre>
 * ContentInfo ::= SEQUENCE { contentType OBJECT IDENTIFIER, content [0] EXPLICIT SignedData }
 * SignedData ::= SEQUENCE { version, digestAlgorithms, encapContentInfo SEQUENCE { type, content [0] EXPLICIT ANY },
 *     certificates [0] IMPLICIT SET OF CHOICE { SEQUENCE, others tagged } OPTIONAL, … }
 * </pre>
 */
final class SignedOctets {
    private static final int SEQUENCE = 0x30;
    private static final int TAGGED = 0xA0;
    private static final int INDEFINITE = -1;

    private final ByteBuffer octets;
    private final ByteBuffer content;
    private final List<byte[]> certificates = new ArrayList<>();

    /**
     * Finds them.
     *
     * @param signedData a ContentInfo that can be parsed
     * @throws MalformedSignature if there is no content, or it has no definite length
     */
    SignedOctets(Bytes signedData) throws MalformedSignature {
        octets = signedData.asBuffer();
        enter(SEQUENCE);
        skip();
        enter(TAGGED);
        enter(SEQUENCE);
        skip();
        skip();
        int encapContentInfo = octets.position();
        content = readContent();
        octets.position(encapContentInfo);
        skip();
        if (octets.hasRemaining() && Byte.toUnsignedInt(octets.get(octets.position())) == TAGGED) {
            readCertificates();
        }
    }

    /** The content without its tag and length. */
    ByteBuffer content() {
        return content.duplicate();
    }

    /** The X.509 certificates. */
    List<byte[]> certificates() {
        return certificates;
    }

    private ByteBuffer readContent() throws MalformedSignature {
        enter(SEQUENCE);
        skip();
        enter(TAGGED);
        tag();
        int length = length();
        if (length == INDEFINITE) {
            throw new MalformedSignature("the signed content is not DER: its length is indefinite");
        }
        return octets.slice(octets.position(), require(length));
    }

    private void readCertificates() throws MalformedSignature {
        tag();
        int length = length();
        int end = length == INDEFINITE ? octets.limit() : octets.position() + require(length);
        while (octets.position() < end && octets.get(octets.position()) != 0) {
            int start = octets.position();
            skip();
            if (octets.get(start) == SEQUENCE) {
                byte[] certificate = new byte[octets.position() - start];
                octets.get(start, certificate);
                certificates.add(certificate);
            }
        }
    }

    private void enter(int wanted) throws MalformedSignature {
        int tag = tag();
        if (tag != wanted) {
            throw new MalformedSignature(
                    "ASN.1 tag " + tag + " at octet " + (octets.position() - 1) + " of SignedData, wanted " + wanted);
        }
        length();
    }

    /** Passes an element. One of indefinite length ends at its own end mark, so those inside are counted. */
    private void skip() throws MalformedSignature {
        int open = 0;
        do {
            boolean endMark = tag() == 0;
            int length = length();
            if (length == INDEFINITE) {
                open++;
            } else if (endMark) {
                open--;
            } else {
                octets.position(octets.position() + require(length));
            }
        } while (open > 0);
    }

    private int tag() throws MalformedSignature {
        int tag = octet();
        if ((tag & 0x1F) == 0x1F) {
            throw new MalformedSignature("an ASN.1 tag that SignedData does not have");
        }
        return tag;
    }

    private int length() throws MalformedSignature {
        int first = octet();
        if (first == 0x80) {
            return INDEFINITE;
        }
        if (first < 0x80) {
            return first;
        }
        long length = 0;
        for (int i = first & 0x7F; i > 0; i--) {
            length = Math.min(length << 8 | octet(), Integer.MAX_VALUE);
        }
        return (int) length;
    }

    private int octet() throws MalformedSignature {
        require(1);
        return Byte.toUnsignedInt(octets.get());
    }

    private int require(int count) throws MalformedSignature {
        if (count > octets.remaining()) {
            throw new MalformedSignature("ASN.1 of " + count + " octets where " + octets.remaining() + " are left");
        }
        return count;
    }
}
