package io.countersign.verify;

/** How a signature was timestamped. */
public enum TimestampKind {
    /** A token in unsigned attribute 1.3.6.1.4.1.311.3.3.1: RFC 3161. */
    RFC_3161("an RFC 3161 token"),
    /** A SignerInfo in unsigned attribute 1.2.840.113549.1.9.6: RFC 5652 section 11.4. */
    PKCS_9("a PKCS#9 countersignature");

    private final String text;

    TimestampKind(String text) {
        this.text = text;
    }

    /** For sentences. */
    @Override
    public String toString() {
        return text;
    }
}
