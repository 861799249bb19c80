package io.countersign.windows.checker;

import io.countersign.verify.Confidence;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.SignatureClass;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.checker.CheckerFinding.Outcome;
import io.countersign.x509.DistinguishedNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code sigverif}, File Signature Verification. It asks whether a catalog of the machine has the file: an embedded signature is
 * nothing to it. The catalogs that were given stand for those that are installed.
 */
public record Sigverif(TrustSettings settings) implements Checker {
    private static final String SIGVERIF =
            "windows-itpro-docs: deployment/upgrade/quick-fixes.md, Repair unsigned drivers";

    private static final CheckerRule NOT_IN_CATALOG = new CheckerRule(
                    "SIGVERIF_NOT_IN_CATALOG",
                    "An installed catalog has the file; embedded signatures do not count.",
                    SIGVERIF,
                    Confidence.REPORTED)
            .remedy("install the driver with its package: the catalog must be made after the last change of the file");

    private static final CheckerRule NOT_MICROSOFTS = new CheckerRule(
                    "SIGVERIF_CATALOG_NOT_MICROSOFT", "The catalog is Microsoft's.", SIGVERIF, Confidence.MODELLED)
            .remedy("have the package signed by Microsoft's hardware portal")
            .caveat("no source tells what sigverif says of a publisher's own catalog");

    /** On Windows as it is installed. */
    public static Sigverif defaults() {
        return new Sigverif(TrustSettings.defaults());
    }

    @Override
    public String id() {
        return "sigverif";
    }

    @Override
    public String command() {
        return "sigverif";
    }

    @Override
    public List<CheckerRule> rules() {
        List<CheckerRule> all = new ArrayList<>(List.of(NOT_IN_CATALOG));
        WinVerifyTrust.RULES.forEach(r -> all.add(r.rule()));
        all.add(NOT_MICROSOFTS);
        return all;
    }

    @Override
    public CheckerReport judge(String file, FileEvidence.Image image) {
        List<CheckerFinding> findings = new ArrayList<>();
        Optional<SignatureEvidence> catalog = Findings.catalogs(image).findFirst();
        catalog.ifPresentOrElse(
                c -> {
                    findings.addAll(WinVerifyTrust.judge(new Subject(image, c, settings)));
                    findings.add(microsofts(c));
                },
                () -> findings.add(new CheckerFinding(
                        NOT_IN_CATALOG, Optional.empty(), Outcome.BREAKS, reason(image.otherCatalogs()))));
        CheckerVerdict verdict = CheckerVerdict.of(findings);
        return new CheckerReport(
                verdict,
                OptionalInt.empty(),
                Findings.status(findings),
                Findings.decisive(findings)
                        .map(CheckerFinding::message)
                        .orElseGet(() -> Findings.good(catalog.stream().toList())),
                verdict == CheckerVerdict.UNKNOWN ? List.of() : List.of(row(file, verdict, catalog)),
                findings);
    }

    private static String reason(List<String> others) {
        return others.isEmpty() ? "no catalog was given" : String.join("; ", others);
    }

    private static CheckerFinding microsofts(SignatureEvidence catalog) {
        SignatureClass kind = catalog.kind();
        Outcome outcome = kind.isMicrosofts() ? Outcome.HOLDS : Outcome.UNKNOWN;
        return new CheckerFinding(NOT_MICROSOFTS, Optional.of(catalog.place()), outcome, catalog.kindReason());
    }

    /** A row of the log: name, date, version, verdict, catalog, signer. Date and version are of the installed file. */
    private static String row(String file, CheckerVerdict verdict, Optional<SignatureEvidence> catalog) {
        Optional<SignatureEvidence> named = catalog.filter(c -> verdict == CheckerVerdict.ACCEPTED);
        return String.join(
                "  ",
                file,
                "n/a",
                "n/a",
                named.isPresent() ? "Signed" : "Not Signed",
                named.map(c -> c.place().name()).orElse("n/a"),
                named.flatMap(SignatureEvidence::signer)
                        .map(DistinguishedNames::commonName)
                        .orElse("n/a"));
    }
}
