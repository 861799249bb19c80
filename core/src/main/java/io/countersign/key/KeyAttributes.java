package io.countersign.key;

/**
 * What the token itself says of a private key (PKCS#11 v2.40 section 4.9): the evidence that it was made inside and cannot
 * leave.
 *
 * @param local CKA_LOCAL: generated on the token
 * @param sensitive CKA_SENSITIVE: never revealed in plain text
 * @param alwaysSensitive CKA_ALWAYS_SENSITIVE: and never was otherwise
 * @param extractable CKA_EXTRACTABLE: can be wrapped and taken out
 * @param neverExtractable CKA_NEVER_EXTRACTABLE: and never could
 */
public record KeyAttributes(
        boolean local, boolean sensitive, boolean alwaysSensitive, boolean extractable, boolean neverExtractable) {

    /** True for a key born in the token that can never leave it. */
    public boolean confinedToToken() {
        return local && sensitive && alwaysSensitive && !extractable && neverExtractable;
    }
}
