package io.countersign.windows.checker;

import io.countersign.verify.Confidence;
import io.countersign.verify.Finding;
import io.countersign.verify.TimestampKind;
import io.countersign.windows.Listing;
import io.countersign.windows.Role;
import io.countersign.windows.SignatureClass;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.Stamp;
import io.countersign.windows.TrustAnchors;
import io.countersign.windows.checker.SubjectRule.Result;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.DistinguishedNames;
import io.countersign.x509.Revocation;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What WinVerifyTrust asks of a signature under its generic policy, which {@code signtool verify /pa} is and the other checkers
 * build on. The arithmetic is {@code verify}'s; here it is put into Windows' order and words.
 */
public final class WinVerifyTrust {
    private static final String AUTHENTICODE = "Windows Authenticode Portable Executable Signature Format 1.0";
    private static final String CODES = "win32: com/com-error-codes-4.md";
    private static final String TIMESTAMPING = "win32: SecCrypto/time-stamping-authenticode-signatures.md";

    private WinVerifyTrust() {}

    /** In Windows' order: the first that is broken names the error. */
    static final List<SubjectRule> RULES = List.of(
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_PADDING",
                                    "With EnableCertPaddingCheck=1 nothing may stand behind the signature in its table"
                                            + " entry; by default it is not looked at, and for a catalog never.",
                                    "Microsoft Security Advisory 2915720 (CVE-2013-3900); win32:"
                                            + " SecBP/understanding-pe-signatures.md",
                                    Confidence.DOCUMENTED)
                            .status(TrustStatus.TRUST_E_MALFORMED_SIGNATURE)
                            .remedy("strip the signature and sign again with a tool that hides nothing behind it"),
                    WinVerifyTrust::padding),
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_INVALID_MARKERS",
                                    "A signature with the mark of an archive in it is taken for a hidden archive.",
                                    "Elastic Security Labs, Investigating a Mysteriously Malformed Authenticode Signature",
                                    Confidence.REPORTED)
                            .status(TrustStatus.TRUST_E_MALFORMED_SIGNATURE)
                            .remedy("sign again; if it stands in the page hashes, with the relaxed marker attribute"),
                    WinVerifyTrust::markers),
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_IMAGE_DIGEST",
                                    "The file's image digest is the signed one.",
                                    AUTHENTICODE + ", Calculating the PE Image Hash; " + CODES,
                                    Confidence.DOCUMENTED)
                            .status(TrustStatus.TRUST_E_BAD_DIGEST)
                            .remedy("sign last: nothing may change the file after it was signed"),
                    WinVerifyTrust::digest),
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_SIGNATURE",
                                    "The signature value fits the signer's key and what it signs.",
                                    "RFC 5652 section 5.6; " + CODES,
                                    Confidence.MODELLED)
                            .status(TrustStatus.TRUST_E_CERT_SIGNATURE)
                            .remedy("sign again: the signature was damaged or put together from parts"),
                    s -> s.signature().flaws().isEmpty()
                            ? Result.holds("the signature value fits the signer's key")
                            : Result.breaks(String.join("; ", s.signature().flaws()))),
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_COUNTERSIGNATURE",
                                    "A PKCS#9 countersignature, the timestamp of old, is over this signature and holds.",
                                    TIMESTAMPING + "; " + CODES,
                                    Confidence.MODELLED)
                            .status(TrustStatus.TRUST_E_COUNTER_SIGNER)
                            .remedy("sign and timestamp again, with an RFC 3161 token")
                            .caveat("that this error goes with this kind of timestamp is our reading of the two texts"),
                    WinVerifyTrust::countersignature),
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_TIMESTAMP",
                                    "A timestamp that is there must hold and end in a trusted root.",
                                    TIMESTAMPING + "; " + CODES,
                                    Confidence.DOCUMENTED)
                            .status(TrustStatus.TRUST_E_TIME_STAMP)
                            .remedy("sign and timestamp again, at an authority whose root Windows has"),
                    WinVerifyTrust::timestamp),
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_CHAIN",
                                    "The chain is complete, and its certificates may do what they do in it.",
                                    "RFC 5280 section 6; " + CODES,
                                    Confidence.DOCUMENTED)
                            .status(TrustStatus.CERT_E_CHAINING)
                            .remedy("put the certificates between signer and root into the signature")
                            .caveat("a machine that has or fetches a missing certificate completes the chain with it;"
                                    + " Windows may name a fault more closely"),
                    WinVerifyTrust::chain),
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_ROOT",
                                    "The chain ends in a root of the machine's store.",
                                    CODES,
                                    Confidence.DOCUMENTED)
                            .status(TrustStatus.CERT_E_UNTRUSTEDROOT)
                            .remedy("sign with a certificate of a public authority, or install the root where the file"
                                    + " is to be trusted"),
                    WinVerifyTrust::root),
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_DISALLOWED",
                                    "No certificate of the chain is on the list of disallowed certificates.",
                                    CODES,
                                    Confidence.DOCUMENTED)
                            .status(TrustStatus.TRUST_E_EXPLICIT_DISTRUST)
                            .remedy("sign with another certificate: this one is distrusted for good"),
                    s -> disallowed(s.signature().disallowed())),
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_USAGE",
                                    "The chain is good for code signing.",
                                    AUTHENTICODE + ", Verifying the signature; " + CODES,
                                    Confidence.DOCUMENTED)
                            .status(TrustStatus.CERT_E_WRONG_USAGE)
                            .remedy("sign with a certificate that has the code signing usage 1.3.6.1.5.5.7.3.3"),
                    s -> overPath(
                            s,
                            p -> p.misuses().isEmpty()
                                    ? Result.holds("every certificate is good for code signing")
                                    : Result.breaks(String.join("; ", p.misuses())))),
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_REVOKED",
                                    "No certificate was revoked when the signature was made; without a timestamp, ever.",
                                    "CA/B Forum Baseline Requirements for Code Signing, 4.9.1; " + CODES,
                                    Confidence.DOCUMENTED)
                            .status(TrustStatus.CERT_E_REVOKED)
                            .remedy("sign again with another certificate"),
                    WinVerifyTrust::revoked),
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_LIFETIME_SIGNING",
                                    "With the lifetime signing usage the signature ends with its certificates, timestamp"
                                            + " or not.",
                                    AUTHENTICODE + ", Timestamp Processing with Lifetime Signing Semantics",
                                    Confidence.DOCUMENTED)
                            .status(TrustStatus.CERT_E_EXPIRED)
                            .remedy("sign with a certificate without the usage 1.3.6.1.4.1.311.10.3.13"),
                    WinVerifyTrust::lifetime),
            new SubjectRule(
                    new CheckerRule(
                                    "WINTRUST_EXPIRED",
                                    "Every certificate was valid at the time of the timestamp; without one, is valid now.",
                                    TIMESTAMPING + "; " + CODES,
                                    Confidence.DOCUMENTED)
                            .status(TrustStatus.CERT_E_EXPIRED)
                            .remedy("sign again with a valid certificate, and with a timestamp, so that it lasts"),
                    WinVerifyTrust::expired));

    /** Of a catalog by itself, whatever files it has. */
    public static List<CheckerFinding> judge(SignatureEvidence catalog, TrustAnchors anchors, Instant at) {
        return judge(new Subject(Optional.empty(), catalog, anchors, at, TrustSettings.defaults()));
    }

    static List<CheckerFinding> judge(Subject subject) {
        return RULES.stream().map(r -> r.judge(subject)).toList();
    }

    private static Result padding(Subject s) {
        if (s.isCatalog()) {
            return Result.note("a catalog signs the file, so what is embedded in it is not looked at");
        }
        if (!s.image().orElseThrow().facts().hidden()) {
            return Result.holds("nothing is hidden behind the signature");
        }
        String found = "octets that are not zero stand behind the signature, which no signature covers";
        return s.settings().enableCertPaddingCheck()
                ? Result.breaks(found)
                : Result.note(found + "; EnableCertPaddingCheck is off, so it is not looked at");
    }

    private static Result markers(Subject s) {
        return s.found("cms.invalid-markers")
                .filter(f -> f.outcome() == Finding.Outcome.NOTE)
                .map(f -> Result.unknown(f.message()))
                .orElseGet(() -> Result.holds("none of the marks that Windows is known to refuse"));
    }

    private static Result digest(Subject s) {
        return s.found("pe.image-digest")
                .map(f ->
                        f.outcome() == Finding.Outcome.FAILED ? Result.breaks(f.message()) : Result.holds(f.message()))
                .orElseGet(() -> s.image().isEmpty()
                        ? Result.note("the catalog's files are looked at each by itself")
                        : Result.holds("the catalog has a member with the file's image digest "
                                + s.signature().signed()));
    }

    private static Result countersignature(Subject s) {
        Optional<Stamp> old = s.signature().stamp().filter(t -> t.kind() == TimestampKind.PKCS_9);
        if (old.isEmpty()) {
            return Result.note("no PKCS#9 countersignature");
        }
        return old.get()
                .flaw()
                .map(flaw -> Result.breaks("PKCS#9 countersignature: " + flaw))
                .orElseGet(() -> Result.holds("it holds; whether its authority is trusted is WINTRUST_TIMESTAMP's"));
    }

    private static Result timestamp(Subject s) {
        Optional<Stamp> stamp = s.signature().stamp();
        if (stamp.isEmpty()) {
            return Result.note("not timestamped: the signature ends with its certificates");
        }
        String reason = stamp.get().reason();
        if (stamp.get().good()) {
            return Result.holds("timestamped at " + stamp.get().time().orElseThrow() + "; " + reason);
        }
        return s.isTimestampBad(stamp.get()) ? Result.breaks(reason) : Result.unknown(reason);
    }

    private static Result chain(Subject s) {
        return overPath(s, path -> {
            List<String> faults = new ArrayList<>(path.faults());
            faults.removeAll(path.misuses());
            if (!faults.isEmpty()) {
                return Result.breaks(String.join("; ", faults));
            }
            X509Certificate last = Subject.last(path);
            return path.anchored() || Subject.isRoot(last)
                    ? Result.holds(path.toString())
                    : Result.unknown(missing(s, last));
        });
    }

    private static String missing(Subject s, X509Certificate last) {
        if (s.signature().kind() == SignatureClass.ROOT_NOT_SUPPLIED) {
            return s.signature().kindReason();
        }
        return "“" + DistinguishedNames.commonName(last.getIssuerX500Principal()) + "”, which issued “"
                + DistinguishedNames.commonName(last) + "”, is neither in the signature nor among the roots given: the"
                + " arithmetic holds up to there";
    }

    private static Result root(Subject s) {
        return overPath(s, path -> {
            String name = "“" + DistinguishedNames.commonName(Subject.last(path)) + "”";
            if (path.anchored()) {
                return Result.holds(name + " is a trusted root");
            }
            if (s.endsInOtherRoot(path, Role.USER_ROOT, Role.MICROSOFT_ROOT)) {
                return Result.breaks(name + " is a root, and none of those given");
            }
            return Subject.isRoot(Subject.last(path))
                    ? Result.unknown("whether the machine trusts " + name + ": that root was not supplied")
                    : Result.note("the chain does not reach a root");
        });
    }

    private static Result disallowed(Listing listing) {
        return switch (listing.state()) {
            case LISTED -> Result.breaks(listing.what());
            case UNDECIDED -> Result.unknown(listing.what());
            case ABSENT, NOT_SUPPLIED -> Result.note(listing.what());
        };
    }

    private static Result revoked(Subject s) {
        List<Revocation> answers = s.signature().revocation();
        Optional<Instant> made = s.signature().stamp().filter(Stamp::good).flatMap(Stamp::time);
        Optional<Revocation.Revoked> first = answers.stream()
                .flatMap(r -> r instanceof Revocation.Revoked revoked ? Stream.of(revoked) : Stream.empty())
                .min((a, b) -> a.since().compareTo(b.since()));
        if (first.isEmpty()) {
            return answers.stream()
                    .flatMap(r ->
                            r instanceof Revocation.NotKnown unknown ? Stream.of(unknown.reason()) : Stream.empty())
                    .findFirst()
                    .map(reason -> Result.note(reason + "; Windows, too, takes an answer it cannot get for a good one"))
                    .orElseGet(() -> Result.holds("no certificate is revoked"));
        }
        String since =
                "revoked since " + first.get().since() + " (" + first.get().reason() + ")";
        if (s.isTimeUndecided()) {
            return Result.unknown(since + ", and it is not known whether the timestamp is good");
        }
        if (s.signature().lifetimeSigning()) {
            return Result.breaks(since + ", and lifetime signing cancels the timestamp");
        }
        return made.filter(t -> t.isBefore(first.get().since()))
                .map(t -> Result.holds(since + ", after the timestamp of " + t))
                .orElseGet(() -> Result.breaks(since
                        + made.map(t -> ", and the timestamp is of " + t)
                                .orElse(", and there is no timestamp to say that the signature is older")));
    }

    private static Result expired(Subject s) {
        return overPath(s, path -> {
            if (path.lapses().isEmpty()) {
                return Result.holds("every certificate was valid when it counts");
            }
            String lapses = String.join("; ", path.lapses());
            return s.isTimeUndecided()
                    ? Result.unknown(
                            lapses + "; a good timestamp would save it, and it is not known whether this one is")
                    : Result.breaks(lapses);
        });
    }

    private static Result lifetime(Subject s) {
        if (!s.signature().lifetimeSigning()) {
            return Result.holds("the leaf does not have the usage");
        }
        return overPath(s, path -> {
            Instant at = s.at();
            return path.certificates().stream()
                    .limit(
                            path.anchored()
                                    ? path.certificates().size() - 1
                                    : path.certificates().size())
                    .filter(c -> c.getNotAfter().toInstant().isBefore(at))
                    .findFirst()
                    .map(c -> Result.breaks("“" + DistinguishedNames.commonName(c) + "” expired at "
                            + c.getNotAfter().toInstant() + ", and its signatures with it"))
                    .orElseGet(() -> Result.note("the signature ends with its certificates, timestamp or not"));
        });
    }

    private interface PathTest {
        Result of(CertificatePath path);
    }

    private static Result overPath(Subject s, PathTest test) {
        return s.path()
                .map(test::of)
                .orElseGet(() -> Result.note("there is no chain without the signer's certificate"));
    }
}
