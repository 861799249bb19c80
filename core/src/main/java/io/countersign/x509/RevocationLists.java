package io.countersign.x509;

import io.countersign.key.HostileKeys;
import java.security.GeneralSecurityException;
import java.security.cert.CRLReason;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Revocation lists (RFC 5280 section 5) and OCSP responses that somebody else fetched. A list counts only under its issuer's
 * signature. Immutable as long as nobody changes the lists; safe for several threads.
 */
public final class RevocationLists {
    private final List<X509CRL> lists;
    private final List<OcspResponse> responses;

    public RevocationLists(List<X509CRL> lists) {
        this(lists, List.of());
    }

    public RevocationLists(List<X509CRL> lists, List<OcspResponse> responses) {
        this.lists = List.copyOf(lists);
        this.responses = List.copyOf(responses);
    }

    public static RevocationLists none() {
        return new RevocationLists(List.of());
    }

    /**
     * What they say of one certificate.
     *
     * @param issuer whose key must have signed the list
     * @param at the time asked about: what was revoked later was not revoked then, and a list that should have been renewed by
     *     then tells of revocations and of nothing else
     */
    public Revocation of(X509Certificate certificate, X509Certificate issuer, Instant at) {
        Revocation best = listed(certificate, issuer, at);
        for (OcspResponse response : responses) {
            if (best instanceof Revocation.Revoked) {
                break;
            }
            Optional<Revocation> answer = response.of(certificate, issuer, at);
            if (answer.isPresent()
                    && !(answer.get() instanceof Revocation.NotKnown && best instanceof Revocation.Good)) {
                best = answer.get();
            }
        }
        return best;
    }

    private Revocation listed(X509Certificate certificate, X509Certificate issuer, Instant at) {
        Revocation best = new Revocation.NotKnown("neither a revocation list nor an OCSP response of “"
                + DistinguishedNames.commonName(issuer) + "” was supplied");
        for (X509CRL list : lists) {
            if (!isOf(list, issuer)) {
                continue;
            }
            X509CRLEntry entry = list.getRevokedCertificate(certificate.getSerialNumber());
            if (entry != null && !entry.getRevocationDate().toInstant().isAfter(at)) {
                return new Revocation.Revoked(
                        entry.getRevocationDate().toInstant(),
                        entry.getRevocationReason() == null ? "unspecified" : reason(entry.getRevocationReason()));
            }
            if (list.getNextUpdate() == null
                    || !list.getNextUpdate().toInstant().isBefore(at)) {
                best = new Revocation.Good(list.getThisUpdate().toInstant());
            } else if (best instanceof Revocation.NotKnown) {
                best = new Revocation.NotKnown("the revocation list of “" + DistinguishedNames.commonName(issuer)
                        + "” should have been renewed at "
                        + list.getNextUpdate().toInstant());
            }
        }
        return best;
    }

    static String reason(CRLReason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** An indirect or partial list has a critical extension, and is left aside: absence from it means nothing. */
    private static boolean isOf(X509CRL list, X509Certificate issuer) {
        if (!list.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
                || !isComplete(list)
                || !HostileKeys.isBounded(issuer.getPublicKey())) {
            return false;
        }
        try {
            list.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException | ArithmeticException e) {
            return false; // another key's, or a key made to fail
        }
    }

    private static boolean isComplete(X509CRL list) {
        return list.getCriticalExtensionOIDs() == null
                || list.getCriticalExtensionOIDs().isEmpty();
    }
}
