package io.countersign.windows;

import static io.countersign.windows.Documents.APP_CONTROL;
import static io.countersign.windows.Documents.ATTESTATION;
import static io.countersign.windows.Documents.DRIVER_POLICY;
import static io.countersign.windows.Documents.HAVE_IT_SIGNED;
import static io.countersign.windows.Documents.NOT_OBSERVED;
import static io.countersign.windows.Documents.POLICY;
import static io.countersign.windows.Documents.REQUIREMENTS;
import static io.countersign.windows.SignatureRule.is;
import static io.countersign.windows.SignatureRule.isBeforeCutOff;
import static io.countersign.windows.SignatureRule.isCross;

import io.countersign.verify.Confidence;
import io.countersign.windows.Ruling.Allows;
import io.countersign.windows.Ruling.Forbids;
import io.countersign.windows.Ruling.NotApplicable;
import io.countersign.windows.Ruling.Notes;
import io.countersign.windows.Ruling.Unclear;
import io.countersign.windows.Setting.Value;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What keeps a signature from letting a driver in, whatever its class would do. Each rule is held against each signature of a file
 * by itself, in order; the first that allows, forbids or is unclear decides for that signature.
 */
final class Restrictions {
    private Restrictions() {}

    static final LoadRule BAD_DIGEST = LoadRule.of(
                    "LOAD_BAD_DIGEST",
                    "A signature that does not hold, or is about other content, lets nothing in, test signing or not.",
                    POLICY,
                    Confidence.DOCUMENTED,
                    "one source tells that the signature value of drivers signed before the cut-off is not looked at;"
                            + " not modelled")
            .status(LoadStatus.STATUS_INVALID_IMAGE_HASH)
            .events(3004)
            .deviceProblem(52)
            .remedy("sign the file again, last of all changes");

    /** What keeps a signature out. */
    static final List<SignatureRule> ALL = List.of(
            new SignatureRule(
                    BAD_DIGEST,
                    (s, m) -> s.isSound()
                            ? new NotApplicable("it holds, for this file")
                            : new Forbids(String.join(
                                    "; ",
                                    Stream.concat(s.flaws().stream(), s.mismatches().stream())
                                            .toList()))),
            new SignatureRule(
                    LoadRule.of(
                                    "LOAD_WDAC",
                                    "An App Control policy with Required:WHQL lets no cross-signed driver in.",
                                    APP_CONTROL,
                                    Confidence.DOCUMENTED,
                                    NOT_OBSERVED)
                            .events(3077)
                            .remedy("have the driver certified, or allow it in the policy"),
                    Restrictions::appControl),
            new SignatureRule(
                    LoadRule.of(
                                    "LOAD_WDAC_AUDIT",
                                    "In audit mode such a policy notes what it would keep out.",
                                    APP_CONTROL,
                                    Confidence.DOCUMENTED,
                                    NOT_OBSERVED)
                            .events(3082),
                    (s, m) -> isCross(s) && m.is(Setting.APP_CONTROL, Value.AUDIT_WHQL)
                            ? new Notes("the App Control policy would keep this cross-signed driver out (event 3082)")
                            : new NotApplicable("no such policy, or not cross-signed")),
            new SignatureRule(
                    LoadRule.of(
                                    "LOAD_DRIVER_POLICY",
                                    "The Windows Driver Policy, enforced, lets no cross-signed driver in that is not"
                                            + " on its allow list.",
                                    DRIVER_POLICY,
                                    Confidence.REPORTED)
                            .events(3077)
                            .remedy(HAVE_IT_SIGNED),
                    (s, m) -> isCross(s)
                                    && m.is(Setting.DRIVER_POLICY, Value.ENFORCED)
                                    && m.is(Setting.ALLOW_LISTED, Value.NO)
                            ? new Forbids("cross-signed and not on the allow list, with the policy enforced")
                            : new NotApplicable("the policy does not keep it out")),
            new SignatureRule(
                    UnsignedRules.NOT_ENFORCED,
                    (s, m) -> UnsignedRules.is32BitWithoutEnforcement(m)
                            ? new Allows("no signature is wanted of this driver here")
                            : new NotApplicable("signatures are enforced")),
            new SignatureRule(
                    LoadRule.of(
                                    "LOAD_ROOT_NOT_SUPPLIED",
                                    "A claim to a root that was not supplied can be neither believed nor dismissed.",
                                    POLICY,
                                    Confidence.MODELLED)
                            .remedy("supply the root's certificate, which Microsoft publishes"),
                    (s, m) -> s.kind() == SignatureClass.ROOT_NOT_SUPPLIED
                            ? new Unclear(s.kindReason())
                            : new NotApplicable("every root it claims is at hand")),
            new SignatureRule(
                    LoadRule.of(
                                    "LOAD_SHA2",
                                    "Vista's kernel reads no SHA-2 signatures, Windows 7's since KB3033929.",
                                    "Microsoft Security Advisory 3033929; " + REQUIREMENTS,
                                    Confidence.DOCUMENTED)
                            .status(LoadStatus.STATUS_INVALID_IMAGE_HASH)
                            .remedy("install KB3033929 on Windows 7; nothing helps on Vista"),
                    (s, m) -> s.usesSha2() && !m.is(Setting.SHA2, Value.YES)
                            ? new Forbids("it uses SHA-2, which this kernel does not read")
                            : new NotApplicable("this kernel reads its digest")),
            new SignatureRule(
                    LoadRule.of(
                                    "LOAD_ECDSA",
                                    "Code Integrity reads RSA signatures only.",
                                    "windows-itpro-docs: event-tag-explanations.md, VerificationError 23",
                                    Confidence.DOCUMENTED,
                                    NOT_OBSERVED)
                            .status(LoadStatus.STATUS_INVALID_IMAGE_HASH)
                            .remedy("sign with an RSA key"),
                    (s, m) -> s.signer()
                                    .filter(c -> c.getPublicKey().getAlgorithm().equals("EC"))
                                    .isPresent()
                            ? new Forbids("it is an ECDSA signature")
                            : new NotApplicable("it is no ECDSA signature")),
            new SignatureRule(
                    LoadRule.of(
                                    "LOAD_CROSS_AFTER_CUTOFF",
                                    "Since Windows 10 1607 with Secure Boot on, a cross-signed driver loads only if"
                                            + " its leaf was issued before 2015-07-29 or the machine was upgraded.",
                                    POLICY + ", Exceptions",
                                    Confidence.DOCUMENTED,
                                    "boot-start drivers are reported to be removed by the compatibility assistant"
                                            + " instead of being blocked")
                            .status(LoadStatus.STATUS_INVALID_IMAGE_HASH)
                            .events(3004)
                            .deviceProblem(52)
                            .remedy(HAVE_IT_SIGNED),
                    Restrictions::afterCutOff),
            new SignatureRule(
                    LoadRule.of(
                                    "LOAD_ATTESTED_SERVER",
                                    "Windows Server 2016 and later load no attested driver, only certified ones.",
                                    ATTESTATION + "; " + POLICY,
                                    Confidence.DOCUMENTED,
                                    NOT_OBSERVED)
                            .remedy("have the driver certified for Windows Server with the Hardware Lab Kit"),
                    (s, m) -> is(s, SignatureClass.ATTESTED)
                                    && m.version().isServer()
                                    && m.version().wantsPortalSignatures()
                                    && !m.is(Setting.TEST_SIGNING, Value.ON)
                            ? new Forbids("attested, on " + m.version())
                            : new NotApplicable("not attested, or no such server")),
            new SignatureRule(
                    LoadRule.of(
                                    "LOAD_ATTESTED_OLD_OS",
                                    "Attestation is for Windows 10 and later.",
                                    ATTESTATION,
                                    Confidence.DOCUMENTED,
                                    NOT_OBSERVED)
                            .remedy("have the driver certified for this version of Windows"),
                    (s, m) -> is(s, SignatureClass.ATTESTED)
                                    && !m.version().isTenOrLater()
                                    && !m.is(Setting.TEST_SIGNING, Value.ON)
                            ? new Forbids("attested, on " + m.version())
                            : new NotApplicable("not attested, or Windows 10 or later")),
            new SignatureRule(
                    LoadRule.of(
                                    "LOAD_EXPIRED_UNCERTAIN",
                                    "A signature made after its certificates expired is against policy; the loader is"
                                            + " reported not to mind.",
                                    "windows-driver-docs issue 2772; " + REQUIREMENTS,
                                    Confidence.DOCUMENTED,
                                    NOT_OBSERVED)
                            .remedy("sign again with a certificate that is valid, and have it timestamped"),
                    Restrictions::expired));

    private static Ruling appControl(SignatureEvidence signature, Asked machine) {
        return isCross(signature) && machine.is(Setting.APP_CONTROL, Value.REQUIRE_WHQL)
                ? new Forbids("cross-signed, with a policy that requires WHQL")
                : new NotApplicable("no such policy, or not cross-signed");
    }

    private static Ruling afterCutOff(SignatureEvidence signature, Asked machine) {
        if (!isCross(signature)
                || isBeforeCutOff(signature)
                || !machine.version().wantsPortalSignatures()) {
            return new NotApplicable("not cross-signed after the cut-off, or Windows before 1607");
        }
        if (!machine.is(Setting.SECURE_BOOT, Value.ON) || !machine.is(Setting.UPGRADED, Value.NO)) {
            return new NotApplicable("Secure Boot is off, or the machine was upgraded");
        }
        String issued = "its leaf was issued at "
                + signature.signer().orElseThrow().getNotBefore().toInstant();
        return !machine.is(Setting.DRIVER_POLICY, Value.OFF) && machine.is(Setting.ALLOW_LISTED, Value.YES)
                ? new Unclear(issued + ", and it is allow-listed: no document says which counts")
                : new Forbids(issued + ", after 2015-07-29, with Secure Boot on");
    }

    private static Ruling expired(SignatureEvidence signature, Asked machine) {
        if (signature.lapses().isEmpty()) {
            return new NotApplicable("its certificates were valid when it was made");
        }
        boolean counts = isCross(signature) || signature.kind().isMicrosofts();
        if (!counts || machine.is(Setting.TEST_SIGNING, Value.ON)) {
            return new NotApplicable("the class decides, whatever expired");
        }
        Optional<String> doubt = signature.stamp().filter(s -> !s.good()).map(Stamp::reason);
        return new Unclear(String.join("; ", signature.lapses())
                + doubt.map(d -> "; its timestamp is not believed: " + d).orElse("")
                + (signature.lifetimeSigning() ? "; lifetime signing cancels its timestamp" : ""));
    }
}
