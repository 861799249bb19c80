package io.countersign.lab;

import io.countersign.key.CountersignOid;
import io.countersign.timestamp.TimeSource;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.timestamp.TimestampPolicy;
import io.countersign.timestamp.TimestampSource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * A PKI of the shape of that which Windows trusts for drivers: a root that cross-certifies a commercial authority, a hardware
 * portal's root with its authorities, a time authority's root. Its certificates and timestamps are of any past, and every name
 * in it says LAB-PAST. Each is made anew, with keys that are thrown away. Immutable.
 *
 * @param codeVerificationRoot cross-certifies for the kernel
 * @param evRoot of a commercial authority, in every user's store
 * @param portalRoot of the hardware portal's publishers
 * @param evCa issues to publishers
 * @param crossCertificate the key of {@code evRoot}, certified by {@code codeVerificationRoot}
 * @param componentCa2012 issues for WHQL
 * @param componentCa2014 issues for attestation
 */
public record PastPki(
        ThrowAwayKey codeVerificationRoot,
        ThrowAwayKey evRoot,
        ThrowAwayKey portalRoot,
        ThrowAwayKey timestampRoot,
        ThrowAwayKey evCa,
        ThrowAwayKey crossCertificate,
        ThrowAwayKey componentCa2012,
        ThrowAwayKey componentCa2014) {
    /** What every name of it begins with. */
    public static final String MARK = "LAB-PAST ";

    /** When its authorities begin. */
    public static final Instant BEGINNING = Instant.parse("2006-01-01T00:00:00Z");

    /** When they end. */
    public static final Instant END = Instant.parse("2040-01-01T00:00:00Z");

    /** id-kp-codeSigning, RFC 5280 section 4.2.1.12. */
    public static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

    /** Microsoft's arc. */
    public static final String MICROSOFT = "1.3.6.1.4.1.311.";

    /** Windows Hardware Driver Verification; {@code .1} behind it: attested. */
    public static final String WHQL = MICROSOFT + "10.3.5";

    /** Hardware Driver Extended Verification. */
    public static final String EXTENDED_VERIFICATION = MICROSOFT + "10.3.39";

    /** Lifetime signing: a signature ends with its certificate, timestamp or not. */
    public static final String LIFETIME_SIGNING = MICROSOFT + "10.3.13";

    private static final String TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

    /** When the real cross-certificates began and ended, roughly. */
    private static final Instant CROSS_FROM = Instant.parse("2011-02-22T00:00:00Z");

    private static final Instant CROSS_TO = Instant.parse("2021-02-22T00:00:00Z");

    /** No lab's timestamp can pass for one of an installation's own authority: the policy in it is another. */
    private static final TimestampPolicy POLICY = TimestampPolicy.of(CountersignOid.LAB_PAST_TIMESTAMP_POLICY.getId());

    /** Makes one with new keys. */
    public static PastPki make() {
        ThrowAwayKey codeVerificationRoot = root("Code Verification Root");
        ThrowAwayKey evRoot = root("EV Root");
        ThrowAwayKey portalRoot = root("Root Certificate Authority 2010");
        return new PastPki(
                codeVerificationRoot,
                evRoot,
                portalRoot,
                root("Timestamp Root"),
                authority(evRoot, "EV CA"),
                codeVerificationRoot.certify(CertificatePlan.authority(MARK + "EV Root", CROSS_FROM, CROSS_TO), evRoot),
                authority(portalRoot, "Third Party Component CA 2012"),
                authority(portalRoot, "Third Party Component CA 2014"));
    }

    // Authorities have EC keys, which are quickly made; leaves RSA ones, since Code Integrity reads no others.

    /**
     * A root of its own.
     *
     * @param name without {@link #MARK}
     */
    public static ThrowAwayKey root(String name) {
        return ThrowAwayKey.selfSigned(CertificatePlan.authority(MARK + name, BEGINNING, END), "EC");
    }

    /**
     * An authority below a root.
     *
     * @param name without {@link #MARK}
     */
    public static ThrowAwayKey authority(ThrowAwayKey issuer, String name) {
        return issuer.issue(CertificatePlan.authority(MARK + name, BEGINNING, END), "EC");
    }

    /**
     * A publisher's key.
     *
     * @param name without {@link #MARK}
     * @param usages its extended key usages, dotted
     */
    public static ThrowAwayKey leaf(ThrowAwayKey issuer, String name, List<String> usages, Instant from, Instant to) {
        return issuer.issue(CertificatePlan.leaf(MARK + name, usages, from, to), "RSA");
    }

    /** The same leaf and key of {@code evCa} with the cross-certificate in place of the commercial root. */
    public ThrowAwayKey crossSigned(ThrowAwayKey leaf) {
        return new ThrowAwayKey(
                leaf.key(),
                List.of(
                        leaf.certificate(),
                        evCa.certificate(),
                        crossCertificate.certificate(),
                        codeVerificationRoot.certificate()));
    }

    /**
     * The key of a time authority (RFC 3161 section 2.3).
     *
     * @param name without {@link #MARK}
     */
    public static ThrowAwayKey timestamper(ThrowAwayKey issuer, String name) {
        return issuer.issue(new CertificatePlan(MARK + name, List.of(TIME_STAMPING), true, BEGINNING, END), "RSA");
    }

    /** A time authority whose clock stands still. */
    public static TimestampSource timestamps(ThrowAwayKey timestamper, Instant time) {
        return new TimestampAuthority("LAB-PAST", timestamper, TimeSource.of(InstantSource.fixed(time)), POLICY);
    }
}
