package io.countersign.ocsp;

import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import io.countersign.key.SigningKeyContentSigner;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;

/**
 * An OCSP responder (RFC 6960) for authorities that delegated answering to it. Each answer is signed when it is asked for, with
 * the request's nonce where it has one (RFC 9654). Of a serial number that its authority did not issue it answers
 * {@code unknown}; to a request about an authority that is not its own {@code unauthorized} (RFC 5019 section 2.2.3). Safe for
 * several threads if the keys and the register are.
 */
public final class OcspResponder {
    /** A request for one certificate has about 100 octets. */
    public static final int MAX_REQUEST_BYTES = 8 * 1024;

    /** Each costs a look into the register; clients ask about one chain. */
    private static final int MOST_CERTIFICATES = 16;

    /** RFC 9654 section 2.1. */
    private static final int MAX_NONCE_BYTES = 128;

    private static final DigestCalculatorProvider DIGESTS = new BcDigestCalculatorProvider();

    private final List<OcspAuthority> authorities;
    private final BiFunction<X509Certificate, BigInteger, Standing> register;
    private final InstantSource clock;
    private final Duration validity;

    /** Nothing that can be answered about. Not an error of ours. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final int status;

        private Refused(int status) {
            super(null, null, false, false);
            this.status = status;
        }
    }

    /**
     * A responder for these authorities.
     *
     * @param register says how a serial number of an authority stands, now
     * @param validity from thisUpdate, which is now, to nextUpdate
     */
    public OcspResponder(
            List<OcspAuthority> authorities,
            BiFunction<X509Certificate, BigInteger, Standing> register,
            InstantSource clock,
            Duration validity) {
        this.authorities = List.copyOf(authorities);
        this.register = register;
        this.clock = clock;
        this.validity = validity;
    }

    /**
     * Answers a request, whatever it holds; never throws for what the client sent.
     *
     * @param request OCSPRequest in DER. A signature on it is neither asked for nor looked at
     */
    public OcspAnswer answer(byte[] request) {
        try {
            OCSPReq parsed = parse(request);
            Req[] questions = parsed.getRequestList();
            return signed(authority(questions), questions, nonce(parsed));
        } catch (Refused e) {
            return error(e.status, null);
        } catch (KeyUnavailable e) {
            return error(e.isPermanent() ? OCSPRespBuilder.INTERNAL_ERROR : OCSPRespBuilder.TRY_LATER, e);
        }
    }

    private static OCSPReq parse(byte[] request) throws Refused {
        if (request.length > MAX_REQUEST_BYTES) {
            throw new Refused(OCSPRespBuilder.MALFORMED_REQUEST);
        }
        try {
            OCSPReq parsed = new OCSPReq(request);
            Req[] questions = parsed.getRequestList();
            if (parsed.getVersionNumber() != 1
                    || questions.length == 0
                    || questions.length > MOST_CERTIFICATES
                    || !parsed.getCriticalExtensionOIDs().isEmpty()
                    || Arrays.stream(questions).anyMatch(OcspResponder::wantsMore)) {
                throw new Refused(OCSPRespBuilder.MALFORMED_REQUEST);
            }
            return parsed;
        } catch (IOException | RuntimeException e) {
            // Bouncy Castle answers hostile ASN.1 with many kinds of unchecked exception.
            throw new Refused(OCSPRespBuilder.MALFORMED_REQUEST);
        }
    }

    /** A critical extension is of no use to who does not know it (RFC 6960 section 4.4). */
    private static boolean wantsMore(Req question) {
        Extensions extensions = question.getSingleRequestExtensions();
        return extensions != null && extensions.hasAnyCriticalExtensions();
    }

    /** The nonce's extension, to be sent back as it came. */
    private static Optional<Extension> nonce(OCSPReq request) throws Refused {
        Extension nonce = request.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
        if (nonce == null) {
            return Optional.empty();
        }
        int length;
        try {
            length = ASN1OctetString.getInstance(nonce.getExtnValue().getOctets())
                    .getOctets()
                    .length;
        } catch (RuntimeException e) {
            throw new Refused(OCSPRespBuilder.MALFORMED_REQUEST);
        }
        if (length < 1 || length > MAX_NONCE_BYTES) {
            throw new Refused(OCSPRespBuilder.MALFORMED_REQUEST);
        }
        return Optional.of(new Extension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, nonce.getExtnValue()));
    }

    /** The one authority that all questions are about: an answer has one signature. */
    private OcspAuthority authority(Req[] questions) throws Refused {
        for (OcspAuthority authority : authorities) {
            X509CertificateHolder issuer = holder(authority.certificate());
            boolean all = true;
            for (Req question : questions) {
                all &= isAbout(question.getCertID(), issuer);
            }
            if (all) {
                return authority;
            }
        }
        throw new Refused(OCSPRespBuilder.UNAUTHORIZED);
    }

    private static boolean isAbout(CertificateID certificate, X509CertificateHolder issuer) {
        // Only digests, so that nobody chooses what is computed.
        if (DigestAlgorithm.of(
                        new ASN1ObjectIdentifier(certificate.getHashAlgOID().getId()))
                .isEmpty()) {
            return false;
        }
        try {
            return certificate.matchesIssuer(issuer, DIGESTS);
        } catch (OCSPException e) {
            return false; // a digest that is not known here
        }
    }

    private OcspAnswer signed(OcspAuthority authority, Req[] questions, Optional<Extension> nonce)
            throws KeyUnavailable {
        SigningKey key = authority.responder();
        X509CertificateHolder delegate = holder(key.certificate());
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant next = now.plus(validity);
        BasicOCSPRespBuilder builder = new BasicOCSPRespBuilder(byKey(delegate));
        for (Req question : questions) {
            CertificateID certificate = question.getCertID();
            Standing standing = register.apply(authority.certificate(), certificate.getSerialNumber());
            builder.addResponse(certificate, status(standing), Date.from(now), Date.from(next), null);
        }
        nonce.ifPresent(extension -> builder.setResponseExtensions(new Extensions(extension)));
        SignatureAlgorithm algorithm = SignatureAlgorithm.of(key.certificate().getPublicKey(), DigestAlgorithm.SHA256);
        try {
            byte[] encoded = new OCSPRespBuilder()
                    .build(
                            OCSPRespBuilder.SUCCESSFUL,
                            builder.build(
                                    new SigningKeyContentSigner(key, algorithm),
                                    new X509CertificateHolder[] {delegate},
                                    Date.from(now)))
                    .getEncoded();
            return new OcspAnswer(
                    Bytes.of(encoded),
                    OCSPRespBuilder.SUCCESSFUL,
                    nonce.isPresent() ? Optional.empty() : Optional.of(next),
                    Optional.empty());
        } catch (OCSPException e) {
            // Bouncy Castle wraps what the signer's RuntimeOperatorException wraps.
            if (e.getCause() != null && e.getCause().getCause() instanceof KeyUnavailable unavailable) {
                throw unavailable;
            }
            throw new IllegalStateException("what was read of a request can be encoded again", e);
        } catch (IOException e) {
            throw new IllegalStateException("what was built can be encoded", e);
        }
    }

    private static CertificateStatus status(Standing standing) {
        if (standing instanceof Standing.Revoked revoked) {
            return new RevokedStatus(Date.from(revoked.since()), revoked.reason());
        }
        return standing instanceof Standing.Good ? CertificateStatus.GOOD : new UnknownStatus();
    }

    /** ResponderID byKey: SHA-1 of the public key, which RFC 6960 section 4.2.1 fixes. */
    private static RespID byKey(X509CertificateHolder delegate) {
        byte[] hash = new BcX509ExtensionUtils()
                .createSubjectKeyIdentifier(delegate.getSubjectPublicKeyInfo())
                .getKeyIdentifier();
        return new RespID(ResponderID.getInstance(new DERTaggedObject(true, 2, new DEROctetString(hash))));
    }

    private static OcspAnswer error(int status, KeyUnavailable failure) {
        try {
            byte[] encoded = new OCSPRespBuilder().build(status, null).getEncoded();
            return new OcspAnswer(Bytes.of(encoded), status, Optional.empty(), Optional.ofNullable(failure));
        } catch (OCSPException | IOException e) {
            throw new IllegalStateException("a status alone can be encoded", e);
        }
    }

    private static X509CertificateHolder holder(X509Certificate certificate) {
        try {
            return new JcaX509CertificateHolder(certificate);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }
}
