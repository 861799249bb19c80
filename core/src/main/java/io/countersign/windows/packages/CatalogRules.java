package io.countersign.windows.packages;

import io.countersign.catalog.CatalogCheck;
import io.countersign.catalog.CatalogCheck.Outcome;
import io.countersign.catalog.CatalogMember;
import io.countersign.catalog.InfTarget.Release;
import io.countersign.verify.Confidence;
import io.countersign.windows.Machine;
import io.countersign.windows.SignatureClass;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.checker.CheckerFinding;
import io.countersign.windows.checker.WinVerifyTrust;
import io.countersign.windows.packages.InstallPackage.Asked;
import io.countersign.windows.packages.PackageEvidence.Contents;
import io.countersign.windows.packages.PackageEvidence.Item;
import io.countersign.windows.packages.PackageEvidence.PackageCatalog;
import io.countersign.windows.packages.PackageEvidence.Part;
import io.countersign.x509.DistinguishedNames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a catalog has, against the files of the package, the machine, and its own signature. */
final class CatalogRules {
    private static final String CATALOGS = "windows-driver-docs: install/catalog-files.md";
    private static final String CODES = "win32: com/com-error-codes-4.md";
    private static final String NOT_IN_CATALOG = "SetupAPI 0xE000024B ERROR_FILE_HASH_NOT_IN_CATALOG";

    private static final PackageRule OTHER_PACKAGE = PackageRule.of(
                    "PKG_CATALOG_OTHER_PACKAGE",
                    "The catalog is that of the package: it knows the INF or a file of it.",
                    CATALOGS + "; " + CODES,
                    Confidence.DOCUMENTED)
            .seen(NOT_IN_CATALOG)
            .remedy("put the catalog of this package beside its INF; this one was made for other files");

    private static final PackageRule SIGNED_AFTER = PackageRule.of(
                    "PKG_SIGNED_AFTER_CATALOG",
                    "What a catalog knows by the digest of all its octets is not signed afterwards.",
                    CATALOGS + "; Windows Authenticode Portable Executable Signature Format 1.0, Calculating the PE"
                            + " Image Hash; " + CODES,
                    Confidence.MODELLED)
            .seen(NOT_IN_CATALOG)
            .remedy(
                    "sign the .sys before making the catalog, make the catalog with a tool that takes the image digest of"
                            + " PE files ('countersign catalog create', Inf2Cat), and sign the catalog last");

    private static final PackageRule FLAT_DIGEST = PackageRule.of(
                    "PKG_FLAT_DIGEST",
                    "A catalog knows a PE file by its image digest, which leaves the embedded signature out.",
                    "Windows Authenticode Portable Executable Signature Format 1.0, Calculating the PE Image Hash; win32:"
                            + " SecCrypto/makecat.md",
                    Confidence.MODELLED)
            .seen(NOT_IN_CATALOG)
            .remedy(
                    "make the catalog with a tool that takes the image digest of PE files ('countersign catalog create',"
                            + " Inf2Cat), after signing the .sys, and sign the catalog last");

    private static final PackageRule MEMBER = PackageRule.of(
                    "PKG_MEMBER_DIGEST",
                    "The INF and every file it installs have the digest they have in the catalog.",
                    CATALOGS + "; " + CODES,
                    Confidence.DOCUMENTED)
            .seen(NOT_IN_CATALOG)
            .remedy("make the catalog after the last change of any file, the .sys signed first, and sign the catalog"
                    + " last");

    private static final PackageRule NOT_A_MEMBER = PackageRule.of(
                    "PKG_NOT_IN_CATALOG",
                    "The INF and every file it installs are members of the catalog.",
                    CATALOGS + "; " + CODES,
                    Confidence.DOCUMENTED)
            .seen(NOT_IN_CATALOG)
            .remedy("make the catalog anew, of all files the INF installs");

    private static final PackageRule SIGNED = PackageRule.of(
                    "PKG_CATALOG_SIGNED",
                    "The catalog is signed.",
                    "windows-driver-docs: install/digital-signatures.md; " + CODES,
                    Confidence.DOCUMENTED)
            .seen("SetupAPI 0xE000022F ERROR_NO_CATALOG_FOR_OEM_INF or 0x800B0100 TRUST_E_NOSIGNATURE")
            .caveat("the documents do not tell which of the codes it is")
            .remedy("sign the catalog ('countersign sign', signtool), or have the hardware portal make and sign one");

    private static final PackageRule TRUSTED = PackageRule.of(
            "PKG_CATALOG_TRUST",
            "The catalog's signature holds, and its chain ends in a root of the machine's store.",
            "windows-driver-docs: install/verifying-the-signature-of-a-test-signed-catalog-file.md; " + CODES,
            Confidence.DOCUMENTED);

    private static final PackageRule PUBLISHER = PackageRule.of(
                    "PKG_PUBLISHER",
                    "What Microsoft did not sign is installed without a question only where the publisher's certificate is"
                            + " in the Trusted Publishers store; else Windows asks, or if it cannot, refuses.",
                    "windows-driver-docs: install/using-setupapi-to-verify-driver-authenticode-signatures.md; "
                            + "windows-driver-docs: install/trusted-publishers-certificate-store.md",
                    Confidence.DOCUMENTED)
            .seen("SetupAPI 0xE0000242 ERROR_AUTHENTICODE_TRUST_NOT_ESTABLISHED")
            .remedy(
                    "have the hardware portal sign the package; on machines of your own, put the publisher's certificate"
                            + " into Trusted Publishers");

    private static final PackageRule OS_ATTRIBUTE = PackageRule.of(
                    "PKG_OSATTR",
                    "The members' OSAttr has the machine's kernel version, such as 2:10.0.",
                    "setupapi.h, ERROR_SIGNATURE_OSATTRIBUTE_MISMATCH; " + CODES
                            + "; windows-driver-docs: devtest/inf2cat.md, /os",
                    Confidence.MODELLED)
            .seen("SetupAPI 0xE0000244 ERROR_SIGNATURE_OSATTRIBUTE_MISMATCH")
            .caveat("the code and its sentence are documented, OSAttr's form is that of Microsoft's own catalogs")
            .remedy("submit the package for this version of Windows too, or name it to the tool that makes the catalog"
                    + " (--os, Inf2Cat /os)");

    private static final PackageRule MEMBERS_LEFT = PackageRule.of(
                    "PKG_MEMBER_MISSING",
                    "Every member of the catalog is a file of the package.",
                    CATALOGS,
                    Confidence.MODELLED)
            .caveat("Windows looks from the files to the catalog; a member without a file stops nothing that is known")
            .remedy("ask whether the package is complete; make the catalog of what is in it");

    static final List<PackageRule> RULES = List.of(
            OTHER_PACKAGE,
            SIGNED_AFTER,
            FLAT_DIGEST,
            MEMBER,
            NOT_A_MEMBER,
            SIGNED,
            TRUSTED,
            PUBLISHER,
            OS_ATTRIBUTE,
            MEMBERS_LEFT);

    private CatalogRules() {}

    static List<PackageFinding> judge(Contents contents, List<Asked> asked, Machine machine) {
        Map<String, Set<String>> wanted = new TreeMap<>();
        for (Asked a : asked) {
            for (Part part : a.parts()) {
                part.catalog()
                        .filter(c -> contents.catalogs().get(c).catalog().isPresent())
                        .ifPresent(c -> {
                            Set<String> files = wanted.computeIfAbsent(c, k -> new TreeSet<>());
                            files.add(a.driver().inf());
                            part.files().stream()
                                    .filter(Item::there)
                                    .map(Item::path)
                                    .forEach(files::add);
                        });
            }
        }
        List<PackageFinding> findings = new ArrayList<>();
        wanted.forEach((path, files) -> {
            PackageCatalog catalog = contents.catalogs().get(path);
            List<CatalogCheck.Result> results =
                    files.stream().map(catalog.checks()::get).toList();
            if (results.stream().allMatch(r -> r.outcome() == Outcome.ABSENT)) {
                findings.add(OTHER_PACKAGE.breaks(
                        path,
                        "none of its "
                                + catalog.catalog().orElseThrow().members().size()
                                + " members is the INF or a file it installs"));
            } else {
                files.forEach(f -> findings.add(member(f, catalog.checks().get(f))));
                findings.add(
                        osAttribute(path, catalog, results, machine.version().release()));
            }
            findings.addAll(signature(path, catalog, contents));
            if (!catalog.withoutFile().isEmpty()) {
                findings.add(MEMBERS_LEFT.warns(
                        path, "it has members that are not in the package: " + SomeNames.of(catalog.withoutFile())));
            }
        });
        return findings;
    }

    private static PackageFinding member(String file, CatalogCheck.Result result) {
        return switch (result.outcome()) {
            case COVERED -> MEMBER.holds(file, result.message());
            case CHANGED -> MEMBER.breaks(file, result.message());
            case SIGNED_AFTER -> SIGNED_AFTER.breaks(file, result.message());
            case WRONG_DIGEST -> FLAT_DIGEST.breaks(file, result.message());
            case ABSENT -> NOT_A_MEMBER.breaks(file, result.message());
            case NOT_JUDGED -> MEMBER.unknown(file, result.message());
        };
    }

    private static List<PackageFinding> signature(String path, PackageCatalog catalog, Contents contents) {
        if (catalog.signature().isEmpty()) {
            return List.of(SIGNED.breaks(path, "it has no signature"));
        }
        SignatureEvidence signature = catalog.signature().get();
        List<CheckerFinding> found = WinVerifyTrust.judge(signature, contents.anchors(), contents.at());
        String signer = signature
                .signer()
                .map(s -> "“" + DistinguishedNames.commonName(s) + "”")
                .orElse("somebody whose certificate is not in it");
        List<PackageFinding> findings = new ArrayList<>();
        findings.add(SIGNED.holds(path, "by " + signer + ", " + signature.kind()));
        Optional<CheckerFinding> broken = first(found, CheckerFinding.Outcome.BREAKS);
        broken.or(() -> first(found, CheckerFinding.Outcome.UNKNOWN))
                .ifPresentOrElse(
                        f -> findings.add(new PackageFinding(
                                TRUSTED,
                                path,
                                f.outcome(),
                                f.rule().id() + ": " + f.message(),
                                broken.isEmpty() ? "" : seen(f),
                                f.remedy())),
                        () -> findings.add(TRUSTED.holds(path, signature.kindReason())));
        findings.add(publisher(path, signer, signature));
        return findings;
    }

    private static Optional<CheckerFinding> first(List<CheckerFinding> findings, CheckerFinding.Outcome outcome) {
        return findings.stream().filter(f -> f.outcome() == outcome).findFirst();
    }

    private static String seen(CheckerFinding finding) {
        return finding.rule().status().map(s -> "SetupAPI " + s).orElse("");
    }

    private static PackageFinding publisher(String path, String signer, SignatureEvidence signature) {
        return switch (signature.kind()) {
            case IN_BOX, WHQL, ATTESTED -> PUBLISHER.holds(path, signer + " is Microsoft's, for drivers");
            case ROOT_NOT_SUPPLIED -> PUBLISHER.unknown(path, signature.kindReason());
            default ->
                PUBLISHER.warns(
                        path,
                        signer + " is " + (signature.kind() == SignatureClass.MICROSOFT_OTHER ? "" : "not Microsoft, ")
                                + "not one Windows takes drivers from unasked");
        };
    }

    private static PackageFinding osAttribute(
            String path, PackageCatalog catalog, List<CatalogCheck.Result> results, Release release) {
        String version = release.major() + "." + release.minor();
        Set<String> lacking = new TreeSet<>();
        boolean silent = false;
        for (CatalogCheck.Result result : results) {
            if (result.member().isPresent()) {
                Optional<String> value = osAttribute(result.member().get());
                silent |= value.isEmpty();
                value.filter(v -> !has(v, "2:" + version)).ifPresent(lacking::add);
            }
        }
        if (!lacking.isEmpty()) {
            String found = "OSAttr is " + String.join(" and ", lacking) + ", which lacks 2:" + version;
            boolean microsofts =
                    catalog.signature().map(s -> s.kind().isMicrosofts()).orElse(false);
            boolean open = lacking.stream().anyMatch(v -> v.contains("x"));
            return microsofts && !open
                    ? OS_ATTRIBUTE.breaks(path, found)
                    : OS_ATTRIBUTE.unknown(
                            path,
                            found
                                    + (open
                                            ? "; no document tells how its x is read"
                                            : "; no document tells whether"
                                                    + " Windows looks at it where the catalog is not Microsoft's"));
        }
        return silent
                ? OS_ATTRIBUTE.unknown(path, "a member has no OSAttr, and no document tells what Windows does then")
                : OS_ATTRIBUTE.holds(path, "OSAttr of every file has 2:" + version);
    }

    private static Optional<String> osAttribute(CatalogMember member) {
        return member.attribute("OSAttr").filter(v -> !v.isBlank());
    }

    private static boolean has(String value, String version) {
        return Arrays.stream(value.split(",", -1)).map(String::strip).anyMatch(version::equals);
    }
}
