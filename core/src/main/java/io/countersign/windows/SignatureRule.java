package io.countersign.windows;

/** One rule that is held against a signature, and how it is judged. */
record SignatureRule(LoadRule rule, Test test) {
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
        return signature.signer().orElseThrow().getNotBefore().toInstant().isBefore(SignatureEvidence.CUT_OFF);
    }
}
