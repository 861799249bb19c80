package io.countersign.windows.checker;

/**
 * Settings of the machine that WinVerifyTrust depends on.
 *
 * @param enableCertPaddingCheck the registry value of that name, off unless an administrator set it: what stands behind a
 *     signature in its table entry is looked at (Microsoft Security Advisory 2915720, CVE-2013-3900)
 */
public record TrustSettings(boolean enableCertPaddingCheck) {
    /** As Windows is installed. */
    public static TrustSettings defaults() {
        return new TrustSettings(false);
    }
}
