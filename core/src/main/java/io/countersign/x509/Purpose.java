package io.countersign.x509;

/** What a certificate path must be good for: an extended key usage (RFC 5280 section 4.2.1.12). */
public enum Purpose {
    CODE_SIGNING("1.3.6.1.5.5.7.3.3", "code signing"),
    TIME_STAMPING("1.3.6.1.5.5.7.3.8", "time stamping"),
    /** szOID_ROOT_LIST_SIGNER of wincrypt.h, as is the following. */
    ROOT_LIST_SIGNING("1.3.6.1.4.1.311.10.3.9", "signing lists of roots"),
    /** szOID_DISALLOWED_LIST. */
    DISALLOWED_LIST_SIGNING("1.3.6.1.4.1.311.10.3.30", "signing lists of disallowed certificates"),
    /** The usage Driver.STL has; in no header. */
    REVOCATION_LIST_SIGNING("1.3.6.1.4.1.311.61.3.1", "signing lists of revoked drivers");

    private final String oid;
    private final String text;

    Purpose(String oid, String text) {
        this.oid = oid;
        this.text = text;
    }

    /** The id-kp object identifier, dotted. */
    public String oid() {
        return oid;
    }

    /** For sentences. */
    @Override
    public String toString() {
        return text;
    }
}
