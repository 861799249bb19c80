package io.countersign.verify;

import io.countersign.key.DigestAlgorithm;
import io.countersign.verify.Finding.Outcome;
import io.countersign.x509.CertificatePath;
import java.util.function.ToIntFunction;

/** The checks that are the same for every SignedData, whatever it is about. */
final class SignedDataChecks {
    private static final String AUTHENTICODE = AuthenticodeChecks.AUTHENTICODE;

    private SignedDataChecks() {}

    static final Check<Evidence> DIGEST_ALGORITHMS = check(
            "cms.digest-algorithms-agree",
            "The digest of the file and that of the signature are of one kind.",
            AUTHENTICODE + ", DigestInfo",
            SignedDataChecks::digestAlgorithms);
    static final Check<Evidence> CONTENT_DIGEST = check(
            "cms.content-digest",
            "The signed attributes carry the digest of the content, and name its type.",
            "RFC 5652 section 5.4 and 11",
            SignedDataChecks::contentDigest);
    static final Check<Evidence> SIGNATURE = check(
            "cms.signature",
            "The signature value fits the signer's key.",
            "RFC 5652 section 5.6",
            SignedDataChecks::signature);
    static final Check<Evidence> PATH = check(
            "x509.path",
            "The signer's certificate leads to a given root, and all on the way were good when it was signed.",
            "RFC 5280 section 6, " + AUTHENTICODE + ", Verifying the signature",
            SignedDataChecks::path);
    static final Check<Evidence> REVOCATION = check(
            "x509.revocation",
            "No revocation list at hand has a certificate on the way, from before the time that counts.",
            "RFC 5280 section 6.3; CSBR 4.9.1 (revocation date and timestamps)",
            SignedDataChecks::revocation);
    static final Check<Evidence> TOKEN = check(
            "tsp.token",
            "The timestamp is about this signature and signed by its authority.",
            "RFC 3161 section 2.4.2, RFC 5816; RFC 5652 section 11.4",
            SignedDataChecks::token);
    static final Check<Evidence> TOKEN_PATH = check(
            "tsp.path",
            "The authority's certificate leads to a root given for timestamps.",
            "RFC 3161 section 2.3",
            SignedDataChecks::tokenPath);
    static final Check<Evidence> UNSIGNED_ATTRIBUTES = check(
            "cms.unsigned-attributes",
            "No unsigned attribute carries anything of its own.",
            "RFC 5652 section 5.3",
            SignedDataChecks::unsignedAttributes);

    interface Judgement<E> {
        Result of(E evidence);
    }

    record Result(Outcome outcome, String message) {}

    static <E> Check<E> check(
            String id,
            String title,
            String citation,
            Confidence confidence,
            ToIntFunction<E> index,
            Judgement<E> judgement) {
        return new Check<>(id, title, citation, confidence, e -> {
            Result result = judgement.of(e);
            return new Finding(id, citation, index.applyAsInt(e), result.outcome(), result.message());
        });
    }

    private static Check<Evidence> check(String id, String title, String citation, Judgement<Evidence> judgement) {
        return check(id, title, citation, Confidence.DOCUMENTED, Evidence::index, judgement);
    }

    static Result passed(String message) {
        return new Result(Outcome.PASSED, message);
    }

    static Result failed(String message) {
        return new Result(Outcome.FAILED, message);
    }

    private static Result digestAlgorithms(Evidence e) {
        DigestAlgorithm digest = e.signedDigest().algorithm();
        DigestAlgorithm signature = e.signature().digestAlgorithm();
        if (signature == DigestAlgorithm.SHA1 && digest == DigestAlgorithm.SHA1) {
            return new Result(
                    Outcome.NOTE,
                    "image and signature use SHA-1, for which collisions are made; Windows takes it for old files only");
        }
        return signature == digest
                ? passed("image and signature use " + signature.jcaName())
                : failed("the image digest uses " + digest.jcaName() + ", the signature " + signature.jcaName());
    }

    private static Result contentDigest(Evidence e) {
        if (!e.signature().isContentTypeRight()) {
            return failed("the signed content type is not that of the content");
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

    private static Result revocation(Evidence e) {
        return e.revoked().isEmpty()
                ? passed("no revocation list at hand speaks against it")
                : failed(String.join("; ", e.revoked()));
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
                ? passed("no unsigned attribute but those of its format")
                : new Result(
                        Outcome.NOTE,
                        "unsigned attributes " + String.join(", ", e.signature().foreignAttributes())
                                + " carry something that no signature covers and Windows ignores");
    }
}
