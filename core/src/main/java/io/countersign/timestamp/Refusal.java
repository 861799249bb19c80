package io.countersign.timestamp;

import java.util.EnumSet;
import java.util.Set;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;

/** Why a TSA refuses: the bits of PKIFailureInfo that RFC 3161 section 2.4.2 allows in a response. */
public enum Refusal {
    BAD_ALG("badAlg", PKIFailureInfo.badAlg),
    BAD_REQUEST("badRequest", PKIFailureInfo.badRequest),
    BAD_DATA_FORMAT("badDataFormat", PKIFailureInfo.badDataFormat),
    TIME_NOT_AVAILABLE("timeNotAvailable", PKIFailureInfo.timeNotAvailable),
    UNACCEPTED_POLICY("unacceptedPolicy", PKIFailureInfo.unacceptedPolicy),
    UNACCEPTED_EXTENSION("unacceptedExtension", PKIFailureInfo.unacceptedExtension),
    ADD_INFO_NOT_AVAILABLE("addInfoNotAvailable", PKIFailureInfo.addInfoNotAvailable),
    SYSTEM_FAILURE("systemFailure", PKIFailureInfo.systemFailure);

    private final String rfcName;
    private final int bits;

    Refusal(String rfcName, int bits) {
        this.rfcName = rfcName;
        this.bits = bits;
    }

    /** Those named by a response; bits that RFC 3161 does not know are left out. */
    static Set<Refusal> in(PKIFailureInfo failure) {
        Set<Refusal> found = EnumSet.noneOf(Refusal.class);
        int all = failure.intValue();
        for (Refusal refusal : values()) {
            if ((all & refusal.bits) != 0) {
                found.add(refusal);
            }
        }
        return found;
    }

    PKIFailureInfo asFailureInfo() {
        return new PKIFailureInfo(bits);
    }

    /** The name RFC 3161 gives it. */
    @Override
    public String toString() {
        return rfcName;
    }
}
