package io.countersign.hsm;

/** What a key is used for, as the use journal records it. */
public enum KeyPurpose {
    CODE_SIGNING,
    TIMESTAMP,
    EVIDENCE,
    CERTIFICATE,
    REVOCATION_LIST,
    OCSP,
    SELF_TEST
}
