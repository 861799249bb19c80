package io.countersign.windows;

/** The documents that more than one rule stands on, and what is said of them. */
final class Documents {
    static final String POLICY =
            "windows-driver-docs: install/kernel-mode-code-signing-policy--windows-vista-and-later-.md";
    static final String REQUIREMENTS = "windows-driver-docs: dashboard/code-signing-reqs.md";
    static final String ATTESTATION = "windows-driver-docs: dashboard/code-signing-attestation.md";
    static final String VALIDATE = "windows-driver-docs: dashboard/code-signing-validate.md";
    static final String EARLY_LAUNCH = "windows-driver-docs: install/early-launch-antimalware.md";
    static final String TEST_SIGNING = "windows-driver-docs: install/the-testsigning-boot-configuration-option.md";
    static final String DRIVER_POLICY =
            "Microsoft Tech Community, Windows Driver Policy (2026-03-26), and support.microsoft.com ecd2a78c";
    static final String APP_CONTROL =
            "windows-itpro-docs: app-control-for-business/design/select-types-of-rules-to-create.md, Required:WHQL";

    static final String NOT_OBSERVED = "documented, not observed";
    static final String HAVE_IT_SIGNED = "submit the driver to Microsoft's hardware portal for attestation or"
            + " certification; for tests, turn Secure Boot off and test signing on";

    private Documents() {}
}
