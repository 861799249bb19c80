package io.countersign.x509;

import io.countersign.key.Bytes;
import io.countersign.key.HostileInput;
import io.countersign.key.HostileKeys;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CRLReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

/**
 * An OCSP response (RFC 6960) that somebody else fetched. It counts only for certificates of the authority that signed it, or
 * that delegated signing it to a certificate of its own. Immutable; safe for several threads.
 */
public final class OcspResponse {
    private static final String OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
    private static final int MOST_CERTIFICATES = 16;

    private final BasicOCSPResp response;
    private final List<X509Certificate> responders;
    private final Instant producedAt;
    private final List<SingleResp> answers;

    /** Reads what Bouncy Castle would read, and fail at, when it is asked for. */
    private OcspResponse(BasicOCSPResp response, List<X509Certificate> responders) {
        this.response = response;
        this.responders = List.copyOf(responders);
        producedAt = response.getProducedAt().toInstant();
        answers = List.of(response.getResponses());
    }

    /**
     * Reads one, an OCSPResponse in DER as a responder sends it.
     *
     * @throws UnreadableOcspResponse if it is none, or one that tells of an error and of no certificate
     */
    public static OcspResponse parse(Bytes der) throws UnreadableOcspResponse {
        try {
            OCSPResp outer = new OCSPResp(der.toByteArray());
            if (outer.getStatus() != OCSPResp.SUCCESSFUL) {
                throw new UnreadableOcspResponse(
                        "the responder answered with OCSPResponseStatus " + outer.getStatus() + " and told nothing");
            }
            if (!(outer.getResponseObject() instanceof BasicOCSPResp basic)) {
                throw new UnreadableOcspResponse("not a basic OCSP response (RFC 6960 4.2.1)");
            }
            X509CertificateHolder[] certificates = basic.getCerts();
            if (certificates.length > MOST_CERTIFICATES) {
                throw new UnreadableOcspResponse(
                        "it has " + certificates.length + " certificates, more than " + MOST_CERTIFICATES);
            }
            List<X509Certificate> responders = new ArrayList<>();
            for (X509CertificateHolder certificate : certificates) {
                responders.add(new JcaX509CertificateConverter().getCertificate(certificate));
            }
            return new OcspResponse(basic, responders);
        } catch (IOException | OCSPException | CertificateException | RuntimeException e) {
            // Bouncy Castle answers hostile ASN.1 with many kinds of unchecked exception, some without a message.
            throw new UnreadableOcspResponse("not an OCSP response: " + HostileInput.reason(e), e);
        }
    }

    /** When the responder signed it. */
    public Instant producedAt() {
        return producedAt;
    }

    /** How many certificates it tells of. */
    public int size() {
        return answers.size();
    }

    /**
     * What it says of one certificate; empty if it is about others, or not signed for this authority.
     *
     * @param at the time asked about, as in {@link RevocationLists#of}
     */
    Optional<Revocation> of(X509Certificate certificate, X509Certificate issuer, Instant at) {
        try {
            for (SingleResp single : answers) {
                if (single.getCertID().getSerialNumber().equals(certificate.getSerialNumber())
                        && single.getCertID()
                                .matchesIssuer(new JcaX509CertificateHolder(issuer), new BcDigestCalculatorProvider())
                        && isSignedFor(issuer)) {
                    return Optional.of(answer(single, issuer, at));
                }
            }
            return Optional.empty();
        } catch (OCSPException | GeneralSecurityException | RuntimeException e) {
            return Optional.empty(); // what cannot be read or checked tells nothing
        }
    }

    private static Revocation answer(SingleResp single, X509Certificate issuer, Instant at) {
        Instant asOf = single.getThisUpdate().toInstant();
        CertificateStatus status = single.getCertStatus();
        String authority = "“" + DistinguishedNames.commonName(issuer) + "”";
        if (status instanceof RevokedStatus revoked) {
            Instant since = revoked.getRevocationTime().toInstant();
            if (!since.isAfter(at)) {
                return new Revocation.Revoked(since, reason(revoked));
            }
        } else if (status != CertificateStatus.GOOD) {
            return new Revocation.NotKnown("the OCSP responder of " + authority + " does not know the certificate");
        }
        // RFC 6960 4.2.2.1: without nextUpdate newer answers are always to be had.
        Instant until =
                single.getNextUpdate() == null ? asOf : single.getNextUpdate().toInstant();
        return until.isBefore(at)
                ? new Revocation.NotKnown("the OCSP response of " + authority + " should have been renewed at " + until)
                : new Revocation.Good(asOf);
    }

    /** Java's names stand in the order of RFC 5280 5.3.1's numbers. */
    @SuppressWarnings("EnumOrdinal")
    private static String reason(RevokedStatus revoked) {
        int number = revoked.hasRevocationReason() ? revoked.getRevocationReason() : 0;
        CRLReason[] known = CRLReason.values();
        return RevocationLists.reason(number >= 0 && number < known.length ? known[number] : CRLReason.UNSPECIFIED);
    }

    /** RFC 6960 4.2.2.2: by the authority itself, or by one whose certificate it issued for that purpose. */
    private boolean isSignedFor(X509Certificate issuer) throws GeneralSecurityException {
        if (!HostileKeys.isBounded(issuer.getPublicKey())) {
            return false;
        }
        if (isSignedBy(issuer)) {
            return true;
        }
        for (X509Certificate responder : responders) {
            if (isDelegate(responder, issuer) && isSignedBy(responder)) {
                return true;
            }
        }
        return false;
    }

    private boolean isDelegate(X509Certificate responder, X509Certificate issuer) throws GeneralSecurityException {
        if (!ExtendedKeyUsages.of(responder).contains(OCSP_SIGNING)
                || !responder.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
                || producedAt.isBefore(responder.getNotBefore().toInstant())
                || producedAt.isAfter(responder.getNotAfter().toInstant())) {
            return false;
        }
        try {
            responder.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false; // another authority of the same name
        }
    }

    private boolean isSignedBy(X509Certificate signer) {
        try {
            return HostileKeys.isBounded(signer.getPublicKey())
                    && response.isSignatureValid(new JcaContentVerifierProviderBuilder().build(signer.getPublicKey()));
        } catch (OCSPException | OperatorCreationException e) {
            return false; // another key's, or an algorithm that is not known
        }
    }
}
