package io.countersign.verify;

import static io.countersign.verify.SignedDataChecks.failed;
import static io.countersign.verify.SignedDataChecks.passed;

import io.countersign.cms.InvalidMarker;
import io.countersign.pe.PageHashes;
import io.countersign.verify.Finding.Outcome;
import io.countersign.verify.SignedDataChecks.Judgement;
import io.countersign.verify.SignedDataChecks.Result;
import java.util.List;
import java.util.Locale;

/** The checks of one Authenticode signature in a PE file, in the order they are reported. */
final class AuthenticodeChecks {
    static final String AUTHENTICODE = "Windows Authenticode Portable Executable Signature Format 1.0";

    private AuthenticodeChecks() {}

    static final List<Check<PeEvidence>> ALL = List.of(
            check(
                    "pe.image-digest",
                    "The file's image digest is the signed one.",
                    AUTHENTICODE + ", Calculating the PE Image Hash",
                    AuthenticodeChecks::imageDigest),
            check(
                    "pe.page-hashes",
                    "The digest of every page is the signed one, where pages are signed.",
                    AUTHENTICODE + ", SpcPeImageData",
                    AuthenticodeChecks::pageHashes),
            common(SignedDataChecks.DIGEST_ALGORITHMS),
            common(SignedDataChecks.CONTENT_DIGEST),
            common(SignedDataChecks.SIGNATURE),
            common(SignedDataChecks.PATH),
            common(SignedDataChecks.REVOCATION),
            common(SignedDataChecks.TOKEN),
            common(SignedDataChecks.TOKEN_PATH),
            common(SignedDataChecks.UNSIGNED_ATTRIBUTES),
            check(
                    "cms.key-algorithm",
                    "The signer's key is RSA, which is all that Code Integrity loads drivers by.",
                    "Microsoft, Understanding App Control event tags, VerificationError 23",
                    AuthenticodeChecks::keyAlgorithm),
            SignedDataChecks.check(
                    "cms.invalid-markers",
                    "No mark of an archive stands in the signature.",
                    "Elastic Security Labs, Investigating a Mysteriously Malformed Authenticode Signature",
                    Confidence.REPORTED,
                    PeEvidence::index,
                    AuthenticodeChecks::invalidMarkers),
            check(
                    "pe.table-padding",
                    "Nothing is hidden behind the signature.",
                    "Microsoft Security Advisory 2915720 (CVE-2013-3900)",
                    AuthenticodeChecks::padding),
            check(
                    "pe.checksum",
                    "CheckSum in the header is right.",
                    "PE format specification, CheckSum",
                    AuthenticodeChecks::checksum));

    private static Check<PeEvidence> check(String id, String title, String citation, Judgement<PeEvidence> judgement) {
        return SignedDataChecks.check(id, title, citation, Confidence.DOCUMENTED, PeEvidence::index, judgement);
    }

    private static Check<PeEvidence> common(Check<Evidence> check) {
        return new Check<>(
                check.id(), check.title(), check.citation(), check.confidence(), e -> check.judge(e.common()));
    }

    private static Result imageDigest(PeEvidence e) {
        if (!e.signature().isAboutPeImage()) {
            return failed("the signature is about another kind of file than a PE image");
        }
        return e.common().fileDigest().equals(e.signature().imageDigest())
                ? passed("the file's image digest is the signed one, "
                        + e.common().fileDigest())
                : failed("the file was changed after signing: its image digest is "
                        + e.common().fileDigest() + ", signed was "
                        + e.signature().imageDigest());
    }

    private static Result pageHashes(PeEvidence e) {
        if (e.filePages().isEmpty()) {
            return new Result(Outcome.NOTE, "no page hashes: Windows checks the file as a whole");
        }
        PageHashes signed = e.signature().pageHashes().orElseThrow();
        FilePages pages = e.filePages().get();
        if (pages.hashes().isEmpty()) {
            return new Result(Outcome.UNKNOWN, "the signed page hashes cannot be compared; " + pages.obstacle());
        }
        return signed.differenceFrom(pages.hashes().get())
                .map(SignedDataChecks::failed)
                .orElseGet(() -> passed("the " + signed.algorithm().jcaName() + " of every page is the signed one"));
    }

    private static Result keyAlgorithm(PeEvidence e) {
        if (e.signature().signerCertificate().isEmpty()) {
            return failed("the signer's certificate is not in the signature");
        }
        String algorithm =
                e.signature().signerCertificate().get().getPublicKey().getAlgorithm();
        return algorithm.equals("EC")
                ? new Result(
                        Outcome.NOTE,
                        "an ECDSA signature: Windows Code Integrity loads no driver by it, only by RSA ones")
                : passed("the signer's key is " + algorithm);
    }

    private static Result invalidMarkers(PeEvidence e) {
        if (e.signature().invalidMarker().isEmpty()) {
            return passed("none of the archive markers that Windows is known to refuse");
        }
        InvalidMarker found = e.signature().invalidMarker().get();
        if (e.signature().hasRelaxedMarkerCheck() && found.inImageData()) {
            return passed(
                    "“" + found.marker() + "” stands in the signed hashes and is excused by the marker attribute");
        }
        return new Result(
                Outcome.NOTE,
                "“" + found.marker()
                        + "” stands in the signature; Windows is reported to take it for a hidden archive and to"
                        + " call such a signature malformed (0x80096011)");
    }

    private static Result padding(PeEvidence e) {
        if (e.padding().isHonest() && e.otherEntries() == 0) {
            return passed("nothing is hidden behind the signature");
        }
        return new Result(
                Outcome.NOTE,
                e.padding().size() + (e.padding().zero() ? " zero" : "") + " bytes behind the signature and "
                        + e.otherEntries()
                        + " further table entries are not signed; Windows refuses them only with EnableCertPaddingCheck=1");
    }

    private static Result checksum(PeEvidence e) {
        if (e.storedChecksum() == e.rightChecksum()) {
            return passed("CheckSum is right");
        }
        return new Result(
                Outcome.NOTE,
                String.format(
                        Locale.ROOT,
                        "CheckSum is 0x%08x, right would be 0x%08x: no signature rule, but the kernel loads no such driver",
                        e.storedChecksum(),
                        e.rightChecksum()));
    }
}
