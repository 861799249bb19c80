package io.countersign.verify;

import io.countersign.cms.InvalidMarker;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.PageHashes;
import io.countersign.verify.Finding.Outcome;
import io.countersign.x509.CertificatePath;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The checks of one Authenticode signature in a PE file, in the order they are reported. */
final class AuthenticodeChecks {
    private static final String AUTHENTICODE = "Windows Authenticode Portable Executable Signature Format 1.0";

    private AuthenticodeChecks() {}

    static final List<Check> ALL = List.of(
            check("pe.image-digest", AUTHENTICODE + ", Calculating the PE Image Hash", AuthenticodeChecks::imageDigest),
            check("pe.page-hashes", AUTHENTICODE + ", SpcPeImageData", AuthenticodeChecks::pageHashes),
            check("cms.digest-algorithms-agree", AUTHENTICODE + ", DigestInfo", AuthenticodeChecks::digestAlgorithms),
            check("cms.content-digest", "RFC 5652 section 5.4 and 11", AuthenticodeChecks::contentDigest),
            check("cms.signature", "RFC 5652 section 5.6", AuthenticodeChecks::signature),
            check(
                    "x509.path",
                    "RFC 5280 section 6, " + AUTHENTICODE + ", Verifying the signature",
                    AuthenticodeChecks::path),
            check("tsp.token", "RFC 3161 section 2.4.2, RFC 5816; RFC 5652 section 11.4", AuthenticodeChecks::token),
            check("tsp.path", "RFC 3161 section 2.3", AuthenticodeChecks::tokenPath),
            check("cms.unsigned-attributes", "RFC 5652 section 5.3", AuthenticodeChecks::unsignedAttributes),
            check(
                    "cms.key-algorithm",
                    "Microsoft, Understanding App Control event tags, VerificationError 23",
                    AuthenticodeChecks::keyAlgorithm),
            check(
                    "cms.invalid-markers",
                    "Elastic Security Labs, Investigating a Mysteriously Malformed Authenticode Signature",
                    Confidence.REPORTED,
                    AuthenticodeChecks::invalidMarkers),
            check(
                    "pe.table-padding",
                    "Microsoft Security Advisory 2915720 (CVE-2013-3900)",
                    AuthenticodeChecks::padding),
            check("pe.checksum", "PE format specification, CheckSum", AuthenticodeChecks::checksum));

    private interface Judgement {
        Result of(Evidence evidence);
    }

    private record Result(Outcome outcome, String message) {}

    private static Check check(String id, String citation, Judgement judgement) {
        return check(id, citation, Confidence.DOCUMENTED, judgement);
    }

    private static Check check(String id, String citation, Confidence confidence, Judgement judgement) {
        Function<Evidence, Finding> test = e -> {
            Result result = judgement.of(e);
            return new Finding(id, citation, e.index(), result.outcome(), result.message());
        };
        return new Check(id, citation, confidence, test);
    }

    private static Result passed(String message) {
        return new Result(Outcome.PASSED, message);
    }

    private static Result failed(String message) {
        return new Result(Outcome.FAILED, message);
    }

    private static Result imageDigest(Evidence e) {
        if (!e.signature().isAboutPeImage()) {
            return failed("the signature is about another kind of file than a PE image");
        }
        return e.fileDigest().equals(e.signature().imageDigest())
                ? passed("the file's image digest is the signed one, " + e.fileDigest())
                : failed("the file was changed after signing: its image digest is " + e.fileDigest() + ", signed was "
                        + e.signature().imageDigest());
    }

    private static Result pageHashes(Evidence e) {
        if (e.filePages().isEmpty()) {
            return new Result(Outcome.NOTE, "no page hashes: Windows checks the file as a whole");
        }
        PageHashes signed = e.signature().pageHashes().orElseThrow();
        FilePages pages = e.filePages().get();
        if (pages.hashes().isEmpty()) {
            return new Result(Outcome.UNKNOWN, "the signed page hashes cannot be compared; " + pages.obstacle());
        }
        return signed.differenceFrom(pages.hashes().get())
                .map(AuthenticodeChecks::failed)
                .orElseGet(() -> passed("the " + signed.algorithm().jcaName() + " of every page is the signed one"));
    }

    private static Result digestAlgorithms(Evidence e) {
        if (e.signature().digestAlgorithm() == DigestAlgorithm.SHA1
                && e.signature().imageDigest().algorithm() == DigestAlgorithm.SHA1) {
            return new Result(
                    Outcome.NOTE,
                    "image and signature use SHA-1, for which collisions are made; Windows takes it for old files only");
        }
        return e.signature().digestAlgorithm() == e.signature().imageDigest().algorithm()
                ? passed("image and signature use "
                        + e.signature().digestAlgorithm().jcaName())
                : failed("the image digest uses "
                        + e.signature().imageDigest().algorithm().jcaName() + ", the signature "
                        + e.signature().digestAlgorithm().jcaName());
    }

    private static Result contentDigest(Evidence e) {
        if (!e.signature().isContentTypeRight()) {
            return failed("the signed content type is not SpcIndirectDataContent");
        }
        return e.signature().isContentDigestRight()
                ? passed("the signed attributes carry the digest of the content")
                : failed("the content is not the one the signed attributes carry the digest of");
    }

    private static Result signature(Evidence e) {
        if (e.signature().signerCertificate().isEmpty()) {
            return failed("the signer's certificate is not in the signature");
        }
        return e.signature().isSignedBy(e.signature().signerCertificate().get())
                ? passed("the signature value fits the signer's key")
                : failed("the signature value does not fit the signer's key");
    }

    private static Result path(Evidence e) {
        return e.path()
                .map(p -> path(p, e.rootsGiven(), "at " + e.signingTime()))
                .orElseGet(() -> failed("no path: the signer's certificate is not in the signature"));
    }

    private static Result path(CertificatePath path, boolean rootsGiven, String when) {
        if (!path.problems().isEmpty()) {
            return failed(String.join("; ", path.problems()));
        }
        if (path.anchored()) {
            return passed(path + ", good " + when);
        }
        return rootsGiven
                ? failed(path + " ends in none of the given roots")
                : new Result(Outcome.UNKNOWN, "no roots given: " + path + " holds as far as it goes");
    }

    private static Result token(Evidence e) {
        if (e.timestamp().isEmpty()) {
            return new Result(Outcome.NOTE, "not timestamped: the signature ends with its certificate");
        }
        TimestampEvidence timestamp = e.timestamp().get();
        return timestamp
                .flaw()
                .map(flaw -> failed("the timestamp does not hold: " + flaw))
                .orElseGet(() -> goodToken(timestamp));
    }

    private static Result goodToken(TimestampEvidence timestamp) {
        String message = "timestamped at " + timestamp.time().orElseThrow() + " by " + timestamp.kind();
        return timestamp.digest().orElseThrow() == DigestAlgorithm.SHA1
                ? new Result(Outcome.NOTE, message + " with SHA-1, which no authority may use since 2022")
                : passed(message);
    }

    private static Result tokenPath(Evidence e) {
        return e.timestamp()
                .flatMap(TimestampEvidence::path)
                .map(p -> path(p, e.timestampRootsGiven(), "for time stamping"))
                .orElseGet(() -> new Result(Outcome.NOTE, "no timestamp to build a path for"));
    }

    private static Result unsignedAttributes(Evidence e) {
        return e.signature().foreignAttributes().isEmpty()
                ? passed("no unsigned attribute but those Authenticode knows")
                : new Result(
                        Outcome.NOTE,
                        "unsigned attributes " + String.join(", ", e.signature().foreignAttributes())
                                + " carry something that no signature covers and Windows ignores");
    }

    private static Result keyAlgorithm(Evidence e) {
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

    private static Result invalidMarkers(Evidence e) {
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

    private static Result padding(Evidence e) {
        if (e.padding().isHonest() && e.otherEntries() == 0) {
            return passed("nothing is hidden behind the signature");
        }
        return new Result(
                Outcome.NOTE,
                e.padding().size() + (e.padding().zero() ? " zero" : "") + " bytes behind the signature and "
                        + e.otherEntries()
                        + " further table entries are not signed; Windows refuses them only with EnableCertPaddingCheck=1");
    }

    private static Result checksum(Evidence e) {
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
