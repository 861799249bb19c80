package io.countersign.windows.checker;

import io.countersign.verify.Confidence;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.Place;
import io.countersign.windows.Role;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.Stamp;
import io.countersign.windows.checker.CheckerFinding.Outcome;
import io.countersign.x509.CertificatePath;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Sysinternals {@code sigcheck -i}. It looks for a catalog first, then at the first embedded signature. Of what it prints the
 * lines about signatures are shown; those from the version resource (company, product) do not depend on trust.
 *
 * @param reading which of the ways it is told to have judged
 */
public record Sigcheck(Reading reading, TrustSettings settings) implements Checker {
    /** How versions of it are told to differ. */
    public enum Reading {
        /** 2.91: the sentence of WinVerifyTrust's error stands behind "Verified:". */
        CURRENT,
        /**
         * Older versions: a word or two in its place, and, as told in the story of a driver whose signature it called
         * invalid, a flag on timestamps that are not Microsoft's.
         */
        OLD
    }

    private static final String SIGCHECK = "Sysinternals: Sigcheck v2.91";
    private static final String STORY =
            "told of a driver that sigcheck called invalid while signtool, sigverif and the loader each said something else";

    private static final CheckerRule SIGNED = new CheckerRule(
                    "SIGCHECK_UNSIGNED",
                    "A catalog has the file, or it has an embedded signature.",
                    SIGCHECK + ", -f and -i",
                    Confidence.DOCUMENTED)
            .status(TrustStatus.TRUST_E_NOSIGNATURE)
            .remedy("sign the file, or install the driver package whose catalog has it");

    private static final CheckerRule TIMESTAMP_FLAG = new CheckerRule(
                    "SIGCHECK_TIMESTAMP_FLAG",
                    "The timestamp is of an authority of Microsoft's.",
                    "as told in the story: " + STORY,
                    Confidence.REPORTED)
            .remedy("nothing: whose timestamp it is decides neither what WinVerifyTrust says nor what the kernel loads")
            .caveat("as told in the story; no version of sigcheck was seen to do so, and its words are not recorded");

    private static final CheckerRule CERT_STATUS = new CheckerRule(
            "SIGCHECK_CERT_STATUS",
            "\"Cert Status\" is about today, \"Verified\" about the time of the timestamp: a file may be signed by a"
                    + " certificate that is not time valid.",
            "windows-itpro-docs: deployment/upgrade/quick-fixes.md, Repair unsigned drivers",
            Confidence.DOCUMENTED);

    private static final CheckerRule EXIT_CODE = new CheckerRule(
            "SIGCHECK_EXIT_CODE",
            "It ends with 1 even if the file is good.",
            "MicrosoftDocs/sysinternals, issue 863",
            Confidence.REPORTED);

    /** As it is now, on Windows as it is installed. */
    public static Sigcheck current() {
        return new Sigcheck(Reading.CURRENT, TrustSettings.defaults());
    }

    /** As it was, on Windows as it is installed. */
    public static Sigcheck old() {
        return new Sigcheck(Reading.OLD, TrustSettings.defaults());
    }

    @Override
    public String id() {
        return reading == Reading.CURRENT ? "sigcheck" : "sigcheck-old";
    }

    @Override
    public String command() {
        return reading == Reading.CURRENT ? "sigcheck -i" : "sigcheck -i (old reading)";
    }

    @Override
    public List<CheckerRule> rules() {
        List<CheckerRule> all = new ArrayList<>(List.of(SIGNED));
        WinVerifyTrust.RULES.forEach(r -> all.add(r.rule()));
        if (reading == Reading.OLD) {
            all.add(TIMESTAMP_FLAG);
        }
        all.addAll(List.of(CERT_STATUS, EXIT_CODE));
        return all;
    }

    @Override
    public CheckerReport judge(String file, FileEvidence.Image image) {
        List<CheckerFinding> findings = new ArrayList<>();
        Optional<SignatureEvidence> chosen = Findings.catalogs(image)
                .findFirst()
                .or(() -> image.signatures().stream()
                        .filter(s -> s.place().kind() == Place.Kind.PRIMARY)
                        .findFirst());
        if (chosen.isEmpty()) {
            findings.add(new CheckerFinding(
                    SIGNED,
                    Optional.empty(),
                    Outcome.BREAKS,
                    image.brokenTable()
                            .orElse("no signature is embedded, and no catalog that was given has the file")));
        }
        chosen.ifPresent(s -> {
            findings.addAll(WinVerifyTrust.judge(new Subject(image, s, settings)));
            if (reading == Reading.OLD) {
                findings.add(flag(image, s));
            }
            s.userPath().ifPresent(p -> findings.add(certStatus(image, s, p)));
        });
        CheckerVerdict verdict = CheckerVerdict.of(findings);
        boolean known = verdict != CheckerVerdict.UNKNOWN;
        Optional<TrustStatus> status = Findings.status(findings);
        return new CheckerReport(
                verdict,
                known ? OptionalInt.of(1) : OptionalInt.empty(),
                status,
                Findings.decisive(findings)
                        .map(CheckerFinding::message)
                        .orElseGet(() -> Findings.good(chosen.stream().toList())),
                Findings.isTold(findings) ? new SigcheckText(reading, image).lines(file, status, chosen) : List.of(),
                findings);
    }

    private static CheckerFinding flag(FileEvidence.Image image, SignatureEvidence signature) {
        Optional<Place> place = Optional.of(signature.place());
        Optional<Stamp> good = signature.stamp().filter(Stamp::good);
        if (good.isEmpty()) {
            return new CheckerFinding(TIMESTAMP_FLAG, place, Outcome.NOTE, "there is no good timestamp to flag");
        }
        X509Certificate root = Subject.last(good.get().path().orElseThrow());
        boolean microsofts = image.anchors()
                .kernelRole(root)
                .filter(r -> r == Role.MICROSOFT_ROOT)
                .isPresent();
        String reason = good.get().reason();
        return microsofts
                ? new CheckerFinding(TIMESTAMP_FLAG, place, Outcome.HOLDS, reason)
                : new CheckerFinding(
                        TIMESTAMP_FLAG, place, Outcome.WARNS, "the timestamp is good and not Microsoft's: " + reason);
    }

    private static CheckerFinding certStatus(
            FileEvidence.Image image, SignatureEvidence signature, CertificatePath path) {
        boolean valid = path.certificates().stream().allMatch(c -> SigcheckText.isValid(c, image.at()));
        return new CheckerFinding(
                CERT_STATUS,
                Optional.of(signature.place()),
                Outcome.NOTE,
                valid ? "every certificate is time valid today" : "a certificate is not time valid today");
    }
}
