package io.countersign.timestamp;

import io.countersign.key.Bytes;
import io.countersign.key.HostileInput;
import java.io.IOException;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIFreeText;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;

/**
 * What a TSA answers.
 *
 * <pre>
 * TimeStampResp ::= SEQUENCE {                    -- RFC 3161 section 2.4.2
 *     status          PKIStatusInfo,
 *     timeStampToken  TimeStampToken  OPTIONAL }
 * </pre>
 */
public sealed interface TimestampResponse {
    /** The response as it goes over the wire. */
    Bytes encoded();

    /** A token was issued; nothing of it has been verified. */
    record Granted(Bytes encoded, TimestampToken token) implements TimestampResponse {}

    /**
     * No token was issued.
     *
     * @param status PKIStatus: 2 rejection, 3 waiting, 4 revocationWarning, 5 revocationNotification
     * @param refusals the reasons given; may be empty
     * @param text the authority's explanation, on one line of bounded length; may be empty
     */
    record Refused(Bytes encoded, int status, Set<Refusal> refusals, String text) implements TimestampResponse {
        public Refused {
            refusals = Set.copyOf(refusals);
        }
    }

    /**
     * Reads a response.
     *
     * @throws MalformedTimestamp if it is not one, or says granted without a token
     */
    static TimestampResponse parse(byte[] der) throws MalformedTimestamp {
        try {
            ASN1Sequence fields = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(der));
            PKIStatusInfo info = PKIStatusInfo.getInstance(fields.getObjectAt(0));
            int status = info.getStatusObject().intValueExact();
            if (status == PKIStatus.GRANTED || status == PKIStatus.GRANTED_WITH_MODS) {
                if (fields.size() < 2) {
                    throw new MalformedTimestamp("the response says granted but holds no token");
                }
                byte[] token = fields.getObjectAt(1).toASN1Primitive().getEncoded();
                return new Granted(Bytes.of(der), TimestampToken.parse(token));
            }
            Set<Refusal> refusals =
                    info.getFailInfo() == null ? Set.of() : Refusal.in(new PKIFailureInfo(info.getFailInfo()));
            return new Refused(Bytes.of(der), status, refusals, oneLine(info.getStatusString()));
        } catch (IOException | RuntimeException e) {
            // Bouncy Castle answers hostile ASN.1 with unchecked exceptions as well.
            throw new MalformedTimestamp("not an RFC 3161 response: " + HostileInput.reason(e), e);
        }
    }

    /** A stranger's text on its way to a terminal or log: control characters go, and so does what is too long. */
    private static String oneLine(PKIFreeText text) {
        if (text == null || text.size() == 0) {
            return "";
        }
        String first =
                text.getStringAtUTF8(0).getString().replaceAll("\\p{C}+", " ").strip();
        return first.length() <= 200 ? first : first.substring(0, 200) + "…";
    }
}
