package io.countersign.windows.checker;

import io.countersign.verify.Confidence;
import io.countersign.windows.KernelRoots;
import io.countersign.windows.SignatureClass;
import io.countersign.windows.checker.SubjectRule.Result;
import io.countersign.x509.CertificatePath;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The verification policies of {@code signtool verify}. */
public enum SigntoolPolicy {
    /** Without an option: Windows driver verification. */
    DRIVER("", Rules.DRIVER),
    /** Authenticode, as programs are verified. */
    PA("/pa", List.of()),
    /** The x64 kernel-mode driver signing policy. */
    KP("/kp", Rules.KERNEL);

    private final String option;
    private final List<SubjectRule> rules;

    SigntoolPolicy(String option, List<SubjectRule> own) {
        this.option = option;
        this.rules = Stream.concat(WinVerifyTrust.RULES.stream(), own.stream()).toList();
    }

    String id() {
        return option.isEmpty() ? "signtool" : option.substring(1);
    }

    String option() {
        return option;
    }

    /** Those about a signature. */
    List<SubjectRule> rules() {
        return rules;
    }

    /** What the policies ask beside what WinVerifyTrust does. */
    private static final class Rules {
        private static final String SIGNTOOL = "win32: SecCrypto/signtool.md";

        static final List<SubjectRule> DRIVER = List.of(new SubjectRule(
                new CheckerRule(
                                "SIGNTOOL_DRIVER_NOT_MICROSOFT",
                                "Windows driver verification takes Microsoft's signatures for drivers and for Windows, and"
                                        + " no other code signing certificate.",
                                "win32: SecCrypto/using-signtool-to-verify-a-file-signature.md",
                                Confidence.DOCUMENTED)
                        .status(TrustStatus.CERT_E_UNTRUSTEDROOT)
                        .remedy("verify programs with /pa; have drivers signed by Microsoft's hardware portal"),
                s -> microsofts(s, List.of(SignatureClass.IN_BOX, SignatureClass.WHQL, SignatureClass.ATTESTED))));

        static final List<SubjectRule> KERNEL = List.of(
                new SubjectRule(
                        new CheckerRule(
                                        "SIGNTOOL_KP_NOT_MICROSOFT_ROOT",
                                        "The chain in the signature ends in a root of Microsoft's, or in Microsoft Code"
                                                + " Verification Root through a cross-certificate.",
                                        SIGNTOOL + "; windows-driver-docs:"
                                                + " install/verifying-the-release-signature.md",
                                        Confidence.DOCUMENTED)
                                .remedy("submit the driver to Microsoft's hardware portal for attestation"),
                        s -> microsofts(
                                s,
                                List.of(
                                        SignatureClass.IN_BOX,
                                        SignatureClass.WHQL,
                                        SignatureClass.ATTESTED,
                                        SignatureClass.ELAM,
                                        SignatureClass.MICROSOFT_OTHER,
                                        SignatureClass.CROSS_SIGNED))),
                new SubjectRule(
                        new CheckerRule(
                                        "SIGNTOOL_KP_CROSS_CERTIFICATE",
                                        "The certificates up to the kernel's root were valid when the signature was made.",
                                        "windows-driver-docs: install/deprecation-of-software-publisher-certificates-and-commercial-release-certificates.md",
                                        Confidence.MODELLED)
                                .remedy("have the driver signed by Microsoft's hardware portal: cross-certificates have"
                                        + " expired")
                                .caveat("the policy says that they must; no source tells whether signtool looks"),
                        Rules::cross));

        private static Result microsofts(Subject s, List<SignatureClass> taken) {
            SignatureClass kind = s.signature().kind();
            String reason = s.signature().kindReason();
            Optional<KernelRoots.KnownRoot> root = s.signature()
                    .kernelPath()
                    .filter(CertificatePath::anchored)
                    .flatMap(p -> KernelRoots.of(Subject.last(p)));
            if (root.filter(r -> !r.namedForDrivers()).isPresent()) {
                return Result.unknown("no source tells whether “" + root.get().name() + "” is taken: " + reason);
            }
            if (taken.contains(kind)) {
                return Result.holds(reason);
            }
            return switch (kind) {
                case ROOT_NOT_SUPPLIED -> Result.unknown(reason);
                case ELAM, MICROSOFT_OTHER ->
                    Result.unknown(
                            "no source tells whether Microsoft's signatures for other purposes are taken: " + reason);
                default -> Result.breaks(reason);
            };
        }

        private static Result cross(Subject s) {
            List<String> lapses = s.signature()
                    .kernelPath()
                    .filter(CertificatePath::anchored)
                    .map(CertificatePath::lapses)
                    .orElse(List.of());
            List<String> told = s.path().map(CertificatePath::lapses).orElse(List.of());
            return told.containsAll(lapses)
                    ? Result.note("no lapse that the chain to the store does not have")
                    : Result.unknown(String.join("; ", lapses));
        }
    }
}
