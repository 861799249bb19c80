package io.countersign.windows;

/** What a root certificate is to Windows. */
public enum Role {
    /** A root of Microsoft's that Code Integrity knows: signatures for drivers made by Microsoft end in it. */
    MICROSOFT_ROOT,
    /** The root that cross-certified commercial authorities for kernel-mode code. */
    CODE_VERIFICATION_ROOT,
    /** A root in the certificate store of the machine. Means nothing to the kernel. */
    USER_ROOT,
    /** The same for timestamps. */
    TIMESTAMP_ROOT
}
