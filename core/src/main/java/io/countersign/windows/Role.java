package io.countersign.windows;

import java.util.Locale;

/** What a root certificate is to Windows. */
public enum Role {
    /** A root of Microsoft's that Code Integrity knows: signatures for drivers made by Microsoft end in it. */
    MICROSOFT_ROOT,
    /** The root that cross-certified commercial authorities for kernel-mode code. */
    CODE_VERIFICATION_ROOT,
    /** A root in the certificate store of the machine. Means nothing to the kernel. */
    USER_ROOT,
    /** The same for timestamps. */
    TIMESTAMP_ROOT;

    /** As folders and options are named: {@code user-root}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether Code Integrity knows such roots by itself, so that nobody can add one. */
    public boolean isOfTheKernel() {
        return this == MICROSOFT_ROOT || this == CODE_VERIFICATION_ROOT;
    }
}
