package io.countersign.windows.checker;

import java.util.Locale;

/** What WinVerifyTrust returns, with the texts of Microsoft's list (win32: com/com-error-codes-4.md). */
public enum TrustStatus {
    TRUST_E_NOSIGNATURE(0x800B_0100, "No signature was present in the subject."),
    CERT_E_EXPIRED(
            0x800B_0101,
            "A required certificate is not within its validity period when verifying against the current system clock or"
                    + " the timestamp in the signed file."),
    CERT_E_UNTRUSTEDROOT(
            0x800B_0109,
            "A certificate chain processed, but terminated in a root certificate which is not trusted by the trust"
                    + " provider."),
    CERT_E_CHAINING(0x800B_010A, "A certificate chain could not be built to a trusted root authority."),
    CERT_E_REVOKED(0x800B_010C, "A certificate was explicitly revoked by its issuer."),
    CERT_E_WRONG_USAGE(0x800B_0110, "The certificate is not valid for the requested usage."),
    TRUST_E_EXPLICIT_DISTRUST(0x800B_0111, "The certificate was explicitly marked as untrusted by the user."),
    TRUST_E_COUNTER_SIGNER(0x8009_6003, "One of the counter signatures was invalid."),
    TRUST_E_CERT_SIGNATURE(0x8009_6004, "The signature of the certificate cannot be verified."),
    TRUST_E_TIME_STAMP(
            0x8009_6005, "The timestamp signature and/or certificate could not be verified or is malformed."),
    TRUST_E_BAD_DIGEST(0x8009_6010, "The digital signature of the object did not verify."),
    TRUST_E_MALFORMED_SIGNATURE(
            0x8009_6011,
            "The digital signature of the object is malformed. For technical detail, see security bulletin MS13-098.");

    private final int code;
    private final String text;

    TrustStatus(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /** The HRESULT, unsigned 32 bits. */
    public long code() {
        return Integer.toUnsignedLong(code);
    }

    /** The sentence Windows has for it in English. */
    public String text() {
        return text;
    }

    /** {@code 0x800B0109}, as signtool prints it. */
    String hex() {
        return String.format(Locale.ROOT, "0x%08X", code);
    }

    /** {@code 0x800B0109 CERT_E_UNTRUSTEDROOT}. */
    @Override
    public String toString() {
        return hex() + " " + name();
    }
}
