package io.countersign.interop;

import io.countersign.fixture.Tool;
import io.countersign.interop.Specimen.Kind;
import io.countersign.key.DigestAlgorithm;
import io.countersign.verify.Finding;
import io.countersign.verify.Finding.Outcome;
import io.countersign.verify.Report;
import io.countersign.verify.TimestampKind;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jsign.Signable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.tsp.TimeStampToken;

/** Who verifies: each says what is wrong with a file, or nothing. */
enum Verifier {
    COUNTERSIGN {
        @Override
        Optional<String> objection(Lab lab, Path file, Specimen specimen) throws Exception {
            Report report = new VerifyFile(
                            List.of(lab.root.certificate()), List.of(lab.timestampRoot.certificate()), Instant.now())
                    .verify(file);
            boolean pages = report.findings().stream()
                    .filter(f -> f.check().equals("pe.page-hashes"))
                    .map(Finding::outcome)
                    .anyMatch(o -> o == Outcome.PASSED);
            return unlessAccepted(
                    report,
                    report.verdict().equals(new Verdict.Trusted())
                            && report.signatures().size() == specimen.signatures()
                            && pages == (specimen.kind() == Kind.PAGE_HASHED)
                            && report.signatures().get(0).timestampKind().equals(timestamp(specimen)));
        }

        private Optional<TimestampKind> timestamp(Specimen specimen) {
            return switch (specimen.kind()) {
                case TIMESTAMPED -> Optional.of(TimestampKind.RFC_3161);
                case COUNTERSIGNED -> Optional.of(TimestampKind.PKCS_9);
                default -> Optional.empty();
            };
        }
    },

    OSSLSIGNCODE {
        @Override
        Optional<String> objection(Lab lab, Path file, Specimen specimen) {
            Tool.Run run = Tool.named("osslsigncode", "osslsigncode")
                    .run("verify", "-CAfile", lab.rootFile(), "-TSA-CAfile", lab.timestampRootFile(), "-in", file);
            String output = run.output();
            return unlessAccepted(
                    output,
                    run.exitCode() == 0
                            && output.contains("Number of verified signatures: " + specimen.signatures())
                            && !output.contains("MISMATCH")
                            && output.contains("Page hash algorithm") == (specimen.kind() == Kind.PAGE_HASHED)
                            && output.contains("Timestamp verified") == specimen.timestamped());
        }
    },

    SBVERIFY {
        @Override
        Optional<String> cannot(Specimen specimen) {
            return specimen.digest() == DigestAlgorithm.SHA256
                    ? Optional.empty()
                    : Optional.of("sbverify takes image digests with SHA-256 only");
        }

        /** Looks at the primary signature alone, and at no timestamp. */
        @Override
        Optional<String> objection(Lab lab, Path file, Specimen specimen) {
            Tool.Run run = Tool.named("sbverify", "sbsigntool").run("--cert", lab.rootFile(), file);
            return unlessAccepted(
                    run.output(), run.exitCode() == 0 && run.output().contains("Signature verification OK"));
        }
    },

    /** jsign finds the signatures and digests the file; Bouncy Castle does the arithmetic. Neither builds chains. */
    JSIGN {
        private static final ASN1ObjectIdentifier TOKEN = new ASN1ObjectIdentifier("1.3.6.1.4.1.311.3.3.1");

        @Override
        Optional<String> cannot(Specimen specimen) {
            return specimen.kind() == Kind.COUNTERSIGNED
                    ? Optional.of("Bouncy Castle refuses the content type that countersignatures of Authenticode have")
                    : Optional.empty();
        }

        @Override
        Optional<String> objection(Lab lab, Path file, Specimen specimen) throws Exception {
            try (Signable signable = Signable.of(file.toFile())) {
                List<CMSSignedData> signatures = signable.getSignatures();
                if (signatures.size() != specimen.signatures()) {
                    return Optional.of(signatures.size() + " signatures");
                }
                for (CMSSignedData found : signatures) {
                    // jsign gives it without its content.
                    CMSSignedData signature = new CMSSignedData(found.toASN1Structure());
                    DigestInfo claimed = DigestInfo.getInstance(ASN1Sequence.getInstance(SignedData.getInstance(
                                            signature.toASN1Structure().getContent())
                                    .getEncapContentInfo()
                                    .getContent())
                            .getObjectAt(1));
                    byte[] digest = signable.computeDigest(net.jsign.DigestAlgorithm.of(
                            claimed.getAlgorithmId().getAlgorithm()));
                    if (!Arrays.equals(digest, claimed.getDigest())) {
                        return Optional.of("another image digest");
                    }
                    SignerInformation signer =
                            signature.getSignerInfos().iterator().next();
                    if (!signer.verify(
                            new JcaSimpleSignerInfoVerifierBuilder().build(certificate(signature, signer)))) {
                        return Optional.of("the signature value does not fit");
                    }
                    Attribute token = signer.getUnsignedAttributes() == null
                            ? null
                            : signer.getUnsignedAttributes().get(TOKEN);
                    if ((token != null) != specimen.timestamped()) {
                        return Optional.of("token: " + token);
                    }
                    if (token != null) {
                        requireHolds(token);
                    }
                }
                return Optional.empty();
            }
        }

        private void requireHolds(Attribute token) throws Exception {
            CMSSignedData cms = new CMSSignedData(
                    token.getAttributeValues()[0].toASN1Primitive().getEncoded());
            X509CertificateHolder authority =
                    certificate(cms, cms.getSignerInfos().iterator().next());
            new TimeStampToken(cms).validate(new JcaSimpleSignerInfoVerifierBuilder().build(authority));
        }
    };

    /** Why it cannot judge such a file; empty if it can. */
    Optional<String> cannot(Specimen specimen) {
        return Optional.empty();
    }

    abstract Optional<String> objection(Lab lab, Path file, Specimen specimen) throws Exception;

    static Optional<String> unlessAccepted(Object said, boolean accepted) {
        return accepted ? Optional.empty() : Optional.of(said.toString());
    }

    static X509CertificateHolder certificate(CMSSignedData signature, SignerInformation signer) {
        for (X509CertificateHolder holder : signature.getCertificates().getMatches(null)) {
            if (signer.getSID().match(holder)) {
                return holder;
            }
        }
        throw new AssertionError("the signer's certificate is not inside");
    }
}
