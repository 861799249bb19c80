package io.countersign.windows.checker;

import io.countersign.verify.Confidence;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.Place;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.checker.CheckerFinding.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code signtool verify /v}. It looks at the first embedded signature unless told otherwise: a good nested signature does not
 * help a file whose first one is refused.
 */
public record SigntoolVerify(SigntoolPolicy policy, SigntoolOptions options, TrustSettings settings)
        implements Checker {
    private static final String SIGNTOOL = "win32: SecCrypto/signtool.md";

    static final CheckerRule NO_SIGNATURE = new CheckerRule(
                    "SIGNTOOL_NO_SIGNATURE",
                    "There is an embedded signature; catalogs are looked at with /a or /c only.",
                    SIGNTOOL + ", verify /a and /c",
                    Confidence.DOCUMENTED)
            .status(TrustStatus.TRUST_E_NOSIGNATURE)
            .remedy("sign the file; if it is signed in a catalog, verify it with /a or /c");

    private static final CheckerRule TABLE = new CheckerRule(
                    "SIGNTOOL_TABLE_UNREADABLE",
                    "The certificate table holds a signature that can be read.",
                    "win32: Debug/pe-format.md, The Attribute Certificate Table",
                    Confidence.MODELLED)
            .status(TrustStatus.TRUST_E_NOSIGNATURE)
            .remedy("strip the table and sign again")
            .caveat("which error Windows names depends on how the table is broken");

    static final CheckerRule NOT_IN_CATALOG = new CheckerRule(
                    "SIGNTOOL_NOT_IN_CATALOG",
                    "The catalog named with /c is signed and has the file.",
                    SIGNTOOL + ", verify /c",
                    Confidence.DOCUMENTED)
            .remedy(
                    "make the catalog after the file was signed: an embedded signature leaves the image digest as it is,"
                            + " any other change does not");

    private static final CheckerRule PAGE_HASHES = new CheckerRule(
                    "SIGNTOOL_PH_MISMATCH",
                    "With /ph the page hashes in the signature are those of the file.",
                    SIGNTOOL + ", verify /ph",
                    Confidence.MODELLED)
            .status(TrustStatus.TRUST_E_BAD_DIGEST)
            .remedy("sign again with /ph, after the last change of the file");

    static final CheckerRule NO_PAGE_HASHES = new CheckerRule(
                    "SIGNTOOL_PH_NO_PAGE_HASHES",
                    "With /ph a warning says that there are no page hashes.",
                    SIGNTOOL + ", verify /ph; Black Hat Asia 2023, PPLdump Is Dead. Long Live PPLdump!, slide 25",
                    Confidence.REPORTED)
            .remedy("sign with /ph if a scenario asks for page hashes; drivers under memory integrity need none");

    private static final CheckerRule NOT_TIMESTAMPED = new CheckerRule(
                    "SIGNTOOL_TW_NOT_TIMESTAMPED",
                    "With /tw a warning says that there is no timestamp.",
                    SIGNTOOL + ", verify /tw",
                    Confidence.DOCUMENTED)
            .remedy("sign with a timestamp, so that the signature outlives its certificate")
            .caveat("the sentence signtool warns with is not documented, so only its count of warnings is shown");

    /** Without options, on Windows as it is installed. */
    public static SigntoolVerify of(SigntoolPolicy policy) {
        return new SigntoolVerify(policy, SigntoolOptions.none(), TrustSettings.defaults());
    }

    /** The same with these options. */
    public SigntoolVerify with(SigntoolOptions others) {
        return new SigntoolVerify(policy, others, settings);
    }

    /** The same on a machine set so. */
    public SigntoolVerify with(TrustSettings others) {
        return new SigntoolVerify(policy, options, others);
    }

    @Override
    public String id() {
        return policy.id();
    }

    @Override
    public String command() {
        return "signtool verify /v" + (policy.option().isEmpty() ? "" : " " + policy.option()) + options;
    }

    @Override
    public List<CheckerRule> rules() {
        List<CheckerRule> all = new ArrayList<>(List.of(NOT_IN_CATALOG, TABLE, NO_SIGNATURE));
        policy.rules().forEach(r -> all.add(r.rule()));
        all.addAll(List.of(PAGE_HASHES, NO_PAGE_HASHES, NOT_TIMESTAMPED));
        return all;
    }

    @Override
    public CheckerReport judge(String file, FileEvidence.Image image) {
        SigntoolTranscript transcript = new SigntoolTranscript(file, policy, options);
        Chosen chosen = options.catalog()
                .map(name -> fromCatalog(image, name))
                .or(() -> options.allMethods() ? firstCatalog(image) : Optional.empty())
                .orElseGet(() -> embedded(image));
        List<CheckerFinding> findings = new ArrayList<>();
        chosen.obstacle().ifPresent(f -> {
            findings.add(f);
            transcript.error(f);
        });
        for (SignatureEvidence signature : chosen.signatures()) {
            List<CheckerFinding> found = judge(new Subject(image, signature, settings));
            findings.addAll(found);
            transcript.signature(signature, found);
        }
        CheckerVerdict verdict = CheckerVerdict.of(findings);
        boolean known = verdict != CheckerVerdict.UNKNOWN;
        Optional<CheckerFinding> decisive = Findings.decisive(findings);
        return new CheckerReport(
                verdict,
                known ? OptionalInt.of(exitCode(verdict)) : OptionalInt.empty(),
                Findings.status(findings),
                decisive.map(CheckerFinding::message).orElseGet(() -> Findings.good(chosen.signatures())),
                Findings.isTold(findings) ? transcript.lines() : List.of(),
                findings);
    }

    /** What is to be verified, or why nothing is. */
    private record Chosen(List<SignatureEvidence> signatures, Optional<CheckerFinding> obstacle) {
        static Chosen of(List<SignatureEvidence> signatures) {
            return new Chosen(signatures, Optional.empty());
        }

        static Chosen none(CheckerRule rule, Outcome outcome, String message) {
            return new Chosen(List.of(), Optional.of(new CheckerFinding(rule, Optional.empty(), outcome, message)));
        }
    }

    private static Chosen fromCatalog(FileEvidence.Image image, String name) {
        Optional<SignatureEvidence> found = Findings.catalogs(image)
                .filter(s -> s.place().name().equals(name))
                .findFirst();
        if (found.isPresent()) {
            return Chosen.of(List.of(found.get()));
        }
        return image.otherCatalogs().stream()
                .filter(c -> c.startsWith(name + " "))
                .findFirst()
                .map(reason -> Chosen.none(NOT_IN_CATALOG, Outcome.BREAKS, reason))
                .orElseGet(() -> Chosen.none(NOT_IN_CATALOG, Outcome.UNKNOWN, name + " was not supplied"));
    }

    private static Optional<Chosen> firstCatalog(FileEvidence.Image image) {
        return Findings.catalogs(image).findFirst().map(s -> Chosen.of(List.of(s)));
    }

    private Chosen embedded(FileEvidence.Image image) {
        if (image.brokenTable().isPresent()) {
            return Chosen.none(TABLE, Outcome.BREAKS, image.brokenTable().get());
        }
        List<SignatureEvidence> all = image.signatures().stream()
                .filter(s -> s.place().kind() != Place.Kind.CATALOG)
                .toList();
        if (all.isEmpty()) {
            return Chosen.none(
                    NO_SIGNATURE,
                    Outcome.BREAKS,
                    Findings.catalogs(image)
                            .findFirst()
                            .map(c -> "no signature is embedded; " + c.place() + " has the file, and is looked at with"
                                    + " /a or /c only")
                            .orElse("no signature is embedded"));
        }
        return Chosen.of(options.allSignatures() ? all : all.subList(0, 1));
    }

    private List<CheckerFinding> judge(Subject subject) {
        List<CheckerFinding> findings = new ArrayList<>();
        policy.rules().forEach(r -> findings.add(r.judge(subject)));
        Optional<Place> place = Optional.of(subject.signature().place());
        if (options.pageHashes()) {
            findings.add(pageHashes(subject, place));
        }
        if (options.timestampWarning() && subject.signature().stamp().isEmpty()) {
            findings.add(new CheckerFinding(
                    NOT_TIMESTAMPED,
                    place,
                    Outcome.WARNS,
                    "not timestamped: the signature ends with its certificates"));
        }
        return findings;
    }

    private static CheckerFinding pageHashes(Subject subject, Optional<Place> place) {
        return subject.found("pe.page-hashes")
                .map(f -> switch (f.outcome()) {
                    case PASSED -> new CheckerFinding(PAGE_HASHES, place, Outcome.HOLDS, f.message());
                    case FAILED -> new CheckerFinding(PAGE_HASHES, place, Outcome.BREAKS, f.message());
                    case UNKNOWN -> new CheckerFinding(PAGE_HASHES, place, Outcome.UNKNOWN, f.message());
                    case NOTE -> new CheckerFinding(NO_PAGE_HASHES, place, Outcome.WARNS, f.message());
                })
                .orElseGet(() -> new CheckerFinding(
                        PAGE_HASHES, place, Outcome.UNKNOWN, "page hashes in catalogs are not read here"));
    }

    private static int exitCode(CheckerVerdict verdict) {
        return switch (verdict) {
            case REFUSED -> 1;
            case WARNED -> 2;
            default -> 0;
        };
    }
}
