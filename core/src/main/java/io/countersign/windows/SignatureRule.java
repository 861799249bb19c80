package io.countersign.windows;

import java.time.Instant;

/** One rule that is held against a signature, and how it is judged. */
record SignatureRule(LoadRule rule, Test test) {
    /** Leaves issued from then on need Microsoft's signature (00:00 UTC of the day the policy names). */
    private static final Instant CUT_OFF = Instant.parse("2015-07-29T00:00:00Z");

    /** Pure: what it asks of the machine is all it depends on beside the signature. */
    interface Test {
        Ruling of(SignatureEvidence signature, Asked machine);
    }

    static boolean is(SignatureEvidence signature, SignatureClass kind) {
        return signature.kind() == kind;
    }

    static boolean isCross(SignatureEvidence signature) {
        return is(signature, SignatureClass.CROSS_SIGNED);
    }

    /** Of a signature that has a class, and so a signer. */
    static boolean isBeforeCutOff(SignatureEvidence signature) {
        return signature.signer().orElseThrow().getNotBefore().toInstant().isBefore(CUT_OFF);
    }
}
