package io.countersign.windows;

/** What kind of signature it is to the kernel, by the root it ends in and the leaf's extended key usages. */
public enum SignatureClass {
    IN_BOX("Windows' own"),
    WHQL("certified by Microsoft's hardware program (WHQL)"),
    ATTESTED("attested by Microsoft's hardware portal"),
    ELAM("Microsoft's for early-launch antimalware"),
    MICROSOFT_OTHER("Microsoft's, and not one for drivers"),
    CROSS_SIGNED("cross-signed"),
    SELF_SIGNED("self-signed"),
    OTHER("not Microsoft's"),
    /** The root it claims is one the kernel knows, and was not supplied to check the claim. */
    ROOT_NOT_SUPPLIED("of a root that was not supplied");

    private final String text;

    SignatureClass(String text) {
        this.text = text;
    }

    /** Whether it ends in one of Microsoft's roots. */
    public boolean isMicrosofts() {
        return this == IN_BOX || this == WHQL || this == ATTESTED || this == ELAM || this == MICROSOFT_OTHER;
    }

    /** For sentences. */
    @Override
    public String toString() {
        return text;
    }
}
