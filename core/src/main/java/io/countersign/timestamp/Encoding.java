package io.countersign.timestamp;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Object;

/** ASN.1 values to octets; Bouncy Castle declares an IOException that writing to memory cannot raise. */
final class Encoding {
    private Encoding() {}

    static byte[] der(ASN1Object value) {
        try {
            return value.getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
