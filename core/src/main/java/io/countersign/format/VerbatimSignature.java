package io.countersign.format;

import io.countersign.key.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;

/**
 * A signature that is written as it is. jsign would encode it anew as DER, which sorts the values of unsigned attributes: the
 * order Windows numbers nested signatures by.
 */
final class VerbatimSignature extends CMSSignedData {
    private final ContentInfo verbatim;

    VerbatimSignature(Bytes encoded) throws CMSException {
        super(encoded.toByteArray());
        verbatim = new Verbatim(
                encoded, SignedData.getInstance(super.toASN1Structure().getContent()));
    }

    @Override
    public ContentInfo toASN1Structure() {
        // Also called by the parent's constructor.
        return verbatim == null ? super.toASN1Structure() : verbatim;
    }

    private static final class Verbatim extends ContentInfo {
        private final Bytes encoded;

        Verbatim(Bytes encoded, SignedData signedData) {
            super(CMSObjectIdentifiers.signedData, signedData);
            this.encoded = encoded;
        }

        @Override
        public byte[] getEncoded(String encoding) {
            return encoded.toByteArray();
        }

        @Override
        public void encodeTo(OutputStream out, String encoding) throws IOException {
            out.write(encoded.toByteArray());
        }
    }
}
