package io.countersign.cms;

import io.countersign.key.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ParsingException;
import org.bouncycastle.asn1.ASN1Primitive;

/** Encodes and parses with no copy but the result: page hashes make signatures of many megabytes. */
final class Asn1 {
    private Asn1() {}

    /**
     * Parses one element and all in it, down to {@value Asn1Depth#MAXIMUM} levels.
     *
     * @throws IOException if it is not well formed, or deeper, or more follows
     */
    static ASN1Primitive parse(Bytes encoded) throws IOException {
        // Piece by piece costs copies, hence only where it must be.
        boolean deep = Asn1Depth.isTooDeepToReadAtOnce(encoded.asBuffer());
        try (ASN1InputStream in = new ASN1InputStream(encoded.asStream(), encoded.size(), deep)) {
            ASN1Primitive element = in.readObject();
            if (element == null || in.available() != 0) {
                throw new IOException("one ASN.1 element is wanted, here are "
                        + (element == null ? "none" : in.available() + " octets behind it"));
            }
            if (deep) {
                Asn1Depth.readAll(element, Asn1Depth.MAXIMUM);
            }
            return element;
        } catch (ASN1ParsingException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** The octets in DER. */
    static Bytes der(ASN1Object object) {
        return encode(object, ASN1Encoding.DER);
    }

    /** The octets, in an array of their number: encoded once to be counted, once to be kept. */
    static Bytes encode(ASN1Object object, String encoding) {
        return Bytes.taking(octets(object, encoding));
    }

    /** The same for who makes an octet string of them, which takes them without a copy. */
    static byte[] octets(ASN1Object object, String encoding) {
        try {
            Counter counter = new Counter();
            object.encodeTo(counter, encoding);
            Octets octets = new Octets(counter.count);
            object.encodeTo(octets, encoding);
            return octets.taken();
        } catch (IOException e) {
            throw new UncheckedIOException("encoding to memory does not fail", e);
        }
    }

    /** RFC 5652 section 5.4: the octets of the content's DER without its tag and length. */
    static ByteBuffer contentOctets(ASN1Object content) {
        ByteBuffer der = der(content).asBuffer();
        // A definite length of up to 127 takes one octet; above, the first says how many follow.
        int length = der.get(1);
        return der.position(length >= 0 ? 2 : 2 + (length & 0x7F)).slice();
    }

    private static final class Counter extends OutputStream {
        private int count;

        @Override
        public void write(int octet) {
            count++;
        }

        @Override
        public void write(byte[] octets, int offset, int length) {
            count += length;
        }
    }

    private static final class Octets extends ByteArrayOutputStream {
        Octets(int count) {
            super(count);
        }

        byte[] taken() {
            return count == buf.length ? buf : toByteArray();
        }
    }
}
