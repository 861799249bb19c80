package io.countersign.verify;

import static io.countersign.verify.SignedDataChecks.failed;
import static io.countersign.verify.SignedDataChecks.passed;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.format.FileFormat;
import io.countersign.verify.SignedDataChecks.Judgement;
import io.countersign.verify.SignedDataChecks.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The checks of one signature in a file that is not PE, in the order they are reported. */
final class FormatChecks {
    private FormatChecks() {}

    /** Of a catalog: which files it covers, is asked elsewhere. */
    static final List<Check<Evidence>> CATALOG = List.of(
            SignedDataChecks.CONTENT_DIGEST,
            SignedDataChecks.SIGNATURE,
            SignedDataChecks.PATH,
            SignedDataChecks.REVOCATION,
            SignedDataChecks.TOKEN,
            SignedDataChecks.TOKEN_PATH,
            SignedDataChecks.UNSIGNED_ATTRIBUTES);

    /**
     * @param refusal why such a file is not for this signer
     */
    static List<Check<Evidence>> authenticode(FileFormat format, Optional<String> refusal) {
        List<Check<Evidence>> checks = new ArrayList<>();
        checks.add(check(
                "file.subject",
                "The signature is about a file of this format.",
                "Windows SDK, mssip.h, SIP_SUBJECTINFO",
                e -> subject(e, format)));
        checks.add(check(
                "file.digest", "The file's digest is the signed one.", "Microsoft, SignTool", FormatChecks::digest));
        checks.add(SignedDataChecks.DIGEST_ALGORITHMS);
        checks.addAll(CATALOG);
        if (format == FileFormat.APP_PACKAGE) {
            checks.add(check(
                    "appx.publisher",
                    "The publisher in the manifest is the signer.",
                    "Microsoft, Sign an app package using SignTool",
                    e -> refusal.map(SignedDataChecks::failed)
                            .orElseGet(() -> passed("the manifest's Publisher is the signer"))));
        }
        return checks;
    }

    /**
     * @param profileFlaw why it is no author's signature
     */
    static List<Check<Evidence>> nuget(Optional<String> profileFlaw) {
        List<Check<Evidence>> checks = new ArrayList<>();
        String specification = "NuGet Package Signatures Technical Specification";
        checks.add(check(
                "file.digest",
                "The file's digest is the signed one.",
                specification + ", Signature Content File",
                FormatChecks::digest));
        checks.add(SignedDataChecks.DIGEST_ALGORITHMS);
        checks.addAll(CATALOG);
        checks.add(check(
                "nuget.author-signature",
                "It is an author's signature in NuGet's profile.",
                specification + ", Author Signature",
                e -> profileFlaw
                        .map(SignedDataChecks::failed)
                        .orElseGet(() -> passed("an author's signature in NuGet's profile"))));
        return checks;
    }

    private static Check<Evidence> check(String id, String title, String citation, Judgement<Evidence> judgement) {
        return SignedDataChecks.check(id, title, citation, Confidence.DOCUMENTED, Evidence::index, judgement);
    }

    private static Result subject(Evidence e, FileFormat format) {
        return e.signature() instanceof AuthenticodeSignature authenticode
                        && format.subjects().contains(authenticode.subject())
                ? passed("the signature is about a " + format.title())
                : failed("the signature is about another kind of file than a " + format.title());
    }

    private static Result digest(Evidence e) {
        return e.fileDigest().equals(e.signedDigest())
                ? passed("the file's digest is the signed one, " + e.fileDigest())
                : failed("the file was changed after signing: its digest is " + e.fileDigest() + ", signed was "
                        + e.signedDigest());
    }
}
