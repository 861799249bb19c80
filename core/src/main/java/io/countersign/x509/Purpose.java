package io.countersign.x509;

/** What a certificate path must be good for: an extended key usage (RFC 5280 section 4.2.1.12). */
public enum Purpose {
    CODE_SIGNING("1.3.6.1.5.5.7.3.3", "code signing"),
    TIME_STAMPING("1.3.6.1.5.5.7.3.8", "time stamping");

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
