package io.countersign.windows;

import static io.countersign.windows.Documents.HAVE_IT_SIGNED;
import static io.countersign.windows.Documents.POLICY;
import static io.countersign.windows.Documents.TEST_SIGNING;

import io.countersign.verify.Confidence;
import io.countersign.windows.Ruling.Allows;
import io.countersign.windows.Ruling.Forbids;
import io.countersign.windows.Ruling.NotApplicable;
import io.countersign.windows.Ruling.Unclear;
import io.countersign.windows.Setting.Value;
import java.util.List;

/** The rules for files without any signature, in order; the first that decides does so. */
final class UnsignedRules {
    private UnsignedRules() {}

    static final LoadRule NOT_ENFORCED = LoadRule.of(
            "LOAD_32BIT",
            "32-bit Windows wants no signature where Secure Boot is off, boot-start drivers excepted.",
            POLICY + ", Signing requirements by version",
            Confidence.DOCUMENTED);

    private static final LoadRule UNSIGNED = LoadRule.of(
                    "LOAD_UNSIGNED", "64-bit Windows loads no unsigned driver.", POLICY, Confidence.DOCUMENTED)
            .status(LoadStatus.STATUS_INVALID_IMAGE_HASH)
            .events(3004)
            .deviceProblem(52)
            .remedy(HAVE_IT_SIGNED);

    /** For files without any signature; the first that decides. */
    static final List<UnsignedRule> ALL = List.of(
            new UnsignedRule(
                    NOT_ENFORCED,
                    m -> is32BitWithoutEnforcement(m)
                            ? new Allows("no signature is wanted of this driver here")
                            : new NotApplicable("signatures are enforced")),
            new UnsignedRule(
                    LoadRule.of(
                                    "LOAD_TEST_HVCI_UNSIGNED",
                                    "With memory integrity, an unsigned image fails in test mode too.",
                                    TEST_SIGNING,
                                    Confidence.DOCUMENTED)
                            .status(LoadStatus.STATUS_INVALID_IMAGE_HASH)
                            .events(3004)
                            .remedy("sign it with any certificate"),
                    m -> m.is(Setting.TEST_SIGNING, Value.ON) && m.is(Setting.HVCI, Value.ON)
                            ? new Forbids("unsigned, with memory integrity on")
                            : new NotApplicable("not in test mode with memory integrity")),
            new UnsignedRule(
                    LoadRule.of(
                                    "LOAD_TEST_UNSIGNED",
                                    "In test mode each driver must have a signature, of any certificate.",
                                    TEST_SIGNING,
                                    Confidence.MODELLED,
                                    "the document wants a signature, and its note on memory integrity reads as if one"
                                            + " were not needed without")
                            .remedy("sign it with any certificate"),
                    m -> m.is(Setting.TEST_SIGNING, Value.ON)
                            ? new Unclear("unsigned in test mode: the documents can be read either way")
                            : new NotApplicable("not in test mode")),
            new UnsignedRule(UNSIGNED, m -> new Forbids("there is no signature")));

    /** One rule for files without a signature. */
    record UnsignedRule(LoadRule rule, Test test) {
        /** Pure. */
        interface Test {
            Ruling of(Asked machine);
        }
    }

    static boolean is32BitWithoutEnforcement(Asked machine) {
        return machine.is(Setting.ARCH, Value.X86)
                && machine.is(Setting.START, Value.DEMAND)
                && machine.is(Setting.SECURE_BOOT, Value.OFF);
    }
}
