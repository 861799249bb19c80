package io.countersign.windows;

import static io.countersign.windows.Documents.ATTESTATION;
import static io.countersign.windows.Documents.DRIVER_POLICY;
import static io.countersign.windows.Documents.EARLY_LAUNCH;
import static io.countersign.windows.Documents.HAVE_IT_SIGNED;
import static io.countersign.windows.Documents.POLICY;
import static io.countersign.windows.Documents.REQUIREMENTS;
import static io.countersign.windows.Documents.TEST_SIGNING;
import static io.countersign.windows.Documents.VALIDATE;
import static io.countersign.windows.SignatureRule.is;
import static io.countersign.windows.SignatureRule.isBeforeCutOff;
import static io.countersign.windows.SignatureRule.isCross;

import io.countersign.verify.Confidence;
import io.countersign.windows.Ruling.Allows;
import io.countersign.windows.Ruling.Forbids;
import io.countersign.windows.Ruling.NotApplicable;
import io.countersign.windows.Ruling.Unclear;
import io.countersign.windows.Setting.Value;
import java.util.List;

/** What lets a signature in that nothing of {@link Restrictions} kept out, class by class; the last rule decides. */
final class Permissions {
    private Permissions() {}

    static final LoadRule NO_MICROSOFT_ROOT = LoadRule.of(
                    "LOAD_NO_MS_ROOT",
                    "A signature that ends in no root Code Integrity knows lets nothing in; the machine's certificate"
                            + " store does not count.",
                    POLICY,
                    Confidence.DOCUMENTED)
            .status(LoadStatus.STATUS_INVALID_IMAGE_HASH)
            .events(3004)
            .deviceProblem(52)
            .remedy(HAVE_IT_SIGNED);

    static final List<SignatureRule> ALL = List.of(
            permission(
                    LoadRule.of("LOAD_INBOX", "What is part of Windows loads.", POLICY, Confidence.DOCUMENTED),
                    (s, m) -> is(s, SignatureClass.IN_BOX)),
            permission(
                    LoadRule.of(
                            "LOAD_ELAM",
                            "Early-launch antimalware signed by Microsoft loads.",
                            EARLY_LAUNCH,
                            Confidence.DOCUMENTED),
                    (s, m) -> is(s, SignatureClass.ELAM)),
            permission(
                    LoadRule.of(
                            "LOAD_WHQL",
                            "Certified drivers load on every Windows and Server.",
                            VALIDATE + "; " + POLICY,
                            Confidence.DOCUMENTED,
                            "a device's driver package installs only where the catalog's OSAttr names this Windows"),
                    (s, m) -> is(s, SignatureClass.WHQL)),
            permission(
                    LoadRule.of(
                            "LOAD_ATTESTED",
                            "Attested drivers load on Windows 10 and 11.",
                            ATTESTATION + "; " + VALIDATE,
                            Confidence.DOCUMENTED),
                    (s, m) -> is(s, SignatureClass.ATTESTED)
                            && m.version().isTenOrLater()
                            && !m.version().isServer()),
            new SignatureRule(
                    LoadRule.of(
                                    "LOAD_MS_OTHER",
                                    "No document says whether a signature of Microsoft's that is not one for drivers lets one"
                                            + " in.",
                                    POLICY,
                                    Confidence.MODELLED)
                            .remedy("have the driver signed by Microsoft's hardware portal"),
                    (s, m) -> is(s, SignatureClass.MICROSOFT_OTHER) && !m.is(Setting.TEST_SIGNING, Value.ON)
                            ? new Unclear(s.kindReason())
                            : new NotApplicable("its class is documented")),
            permission(
                    LoadRule.of(
                            "LOAD_ALLOWLISTED",
                            "What is on the Driver Policy's allow list, or allowed by a signed policy, loads.",
                            DRIVER_POLICY,
                            Confidence.REPORTED),
                    (s, m) -> isCross(s)
                            && !m.is(Setting.DRIVER_POLICY, Value.OFF)
                            && m.is(Setting.ALLOW_LISTED, Value.YES)),
            permission(
                    LoadRule.of(
                                    "LOAD_DRIVER_POLICY_AUDIT",
                                    "While it evaluates, the Driver Policy notes cross-signed drivers and lets them"
                                            + " in.",
                                    DRIVER_POLICY,
                                    Confidence.REPORTED,
                                    "event 3076 starts the evaluation over; once the policy is enforced, the driver is"
                                            + " kept out")
                            .events(3076),
                    (s, m) -> isCross(s) && m.is(Setting.DRIVER_POLICY, Value.AUDIT)),
            permission(
                    LoadRule.of(
                            "LOAD_CROSS_LEGACY",
                            "Before Windows 10, a path through a cross-certificate to the Microsoft Code Verification"
                                    + " Root lets a driver in.",
                            POLICY,
                            Confidence.DOCUMENTED),
                    (s, m) -> isCross(s) && !m.version().isTenOrLater()),
            permission(
                    LoadRule.of(
                            "LOAD_CROSS_GRANDFATHERED",
                            "A cross-signed driver whose leaf was issued before 2015-07-29 loads.",
                            POLICY + ", Exceptions",
                            Confidence.DOCUMENTED,
                            "the table of " + REQUIREMENTS
                                    + " says of SHA-1 ones \"No (as of 1809)\" for Windows 10, which contradicts this"),
                    (s, m) -> isCross(s) && isBeforeCutOff(s)),
            permission(
                    LoadRule.of(
                            "LOAD_CROSS_SB_OFF",
                            "With Secure Boot off, cross-signed drivers load whenever their leaf was issued.",
                            POLICY + ", Exceptions",
                            Confidence.DOCUMENTED),
                    (s, m) -> isCross(s) && m.is(Setting.SECURE_BOOT, Value.OFF)),
            permission(
                    LoadRule.of(
                            "LOAD_CROSS_UPGRADED",
                            "On a machine upgraded from before Windows 10 1607, cross-signed drivers load.",
                            POLICY + ", Exceptions",
                            Confidence.DOCUMENTED),
                    (s, m) -> isCross(s) && m.version().wantsPortalSignatures() && m.is(Setting.UPGRADED, Value.YES)),
            new SignatureRule(
                    LoadRule.of(
                                    "LOAD_CROSS_EARLY_10",
                                    "Windows 10 1507 and 1511 with Secure Boot load what ends in \"standard roots trusted by"
                                            + " Code Integrity\".",
                                    POLICY + ", Signing requirements by version",
                                    Confidence.MODELLED)
                            .remedy("have the driver signed by Microsoft's hardware portal"),
                    (s, m) -> isCross(s)
                            ? new Unclear("no document says whether the cross-certified authorities are among them")
                            : new NotApplicable("it is not cross-signed")),
            permission(
                    LoadRule.of(
                            "LOAD_TESTSIGNED",
                            "In test mode, a signature of any certificate lets a driver in.",
                            TEST_SIGNING,
                            Confidence.DOCUMENTED,
                            "Windows shows the watermark Test Mode"),
                    (s, m) -> m.is(Setting.TEST_SIGNING, Value.ON)),
            new SignatureRule(NO_MICROSOFT_ROOT, (s, m) -> new Forbids(s.kindReason())));

    private interface Condition {
        boolean holds(SignatureEvidence signature, Asked machine);
    }

    private static SignatureRule permission(LoadRule rule, Condition condition) {
        return new SignatureRule(
                rule,
                (s, m) -> condition.holds(s, m)
                        ? new Allows("it is " + s.kind() + ": " + s.kindReason())
                        : new NotApplicable("it is " + s.kind()));
    }
}
