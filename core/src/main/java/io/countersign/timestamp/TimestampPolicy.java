package io.countersign.timestamp;

import io.countersign.key.CountersignOid;
import io.countersign.key.DigestAlgorithm;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/**
 * What a TSA promises about its tokens, and what it accepts (RFC 3161 section 2.4.2). Immutable.
 *
 * @param oid the policy of a token whose request names none, a dotted object identifier
 * @param alsoAccepted further policies that a request may name; the token then holds the one named
 * @param accuracy how far genTime may be from UTC: whole milliseconds, from 1 ms to {@link #LEAST_ACCURATE}
 * @param ordering whether genTime alone orders all tokens of this authority. Each token then gets a later millisecond than the
 *     one before, and none is given while that would lead further from the clock than the accuracy. Only for an authority that
 *     one process serves: others know nothing of its last genTime
 * @param namesAuthority whether tokens hold the name of the authority, its certificate's subject
 * @param digests of imprints; never SHA-1, which only {@link #LAB_SHA1} accepts
 */
public record TimestampPolicy(
        String oid,
        Set<String> alsoAccepted,
        Duration accuracy,
        boolean ordering,
        boolean namesAuthority,
        Set<DigestAlgorithm> digests) {
    /** A token less accurate than this proves little; who means milliseconds and writes seconds is told. */
    public static final Duration LEAST_ACCURATE = Duration.ofHours(1);

    /**
     * LAB: the policy under which an imprint of SHA-1 is stamped, to teach why it should not be. It counts where the operator
     * lists it among the accepted ones and the request names it; it cannot be the one of requests that name none.
     */
    public static final String LAB_SHA1 = CountersignOid.LAB_SHA1_TIMESTAMP_POLICY.getId();

    /** The policy of an installation that has not registered one of its own. */
    public static final TimestampPolicy LAB = of(CountersignOid.LAB_TIMESTAMP_POLICY.getId());

    /** @throws IllegalArgumentException saying what is wrong */
    public TimestampPolicy {
        requireOid(oid);
        alsoAccepted.forEach(TimestampPolicy::requireOid);
        if (oid.equals(LAB_SHA1)) {
            throw new IllegalArgumentException("the policy " + oid
                    + " is the LAB's for SHA-1; it can be accepted beside another, not be the one of every request");
        }
        if (accuracy.compareTo(Duration.ofMillis(1)) < 0
                || accuracy.compareTo(LEAST_ACCURATE) > 0
                || !accuracy.equals(Duration.ofMillis(accuracy.toMillis()))) {
            throw new IllegalArgumentException(
                    "an accuracy of " + accuracy + "; wanted whole milliseconds, from PT0.001S to " + LEAST_ACCURATE);
        }
        if (digests.isEmpty() || digests.contains(DigestAlgorithm.SHA1)) {
            throw new IllegalArgumentException("the accepted digests are " + digests
                    + "; wanted some of SHA-256, SHA-384 and SHA-512, since SHA-1 is broken");
        }
        alsoAccepted = Collections.unmodifiableSet(new LinkedHashSet<>(alsoAccepted));
        digests = Collections.unmodifiableSet(EnumSet.copyOf(digests));
    }

    /** The given policy and no other, accurate to one second, for SHA-256, SHA-384 and SHA-512. */
    public static TimestampPolicy of(String oid) {
        // SHA-1 is refused, as the CA/Browser Forum's code-signing baseline requirements have a TSA do since 2022.
        return new TimestampPolicy(
                oid,
                Set.of(),
                Duration.ofSeconds(1),
                false,
                false,
                EnumSet.of(DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512));
    }

    /** Every policy a request may name, the default first. */
    public List<String> accepted() {
        Set<String> all = new LinkedHashSet<>(List.of(oid));
        all.addAll(alsoAccepted);
        return List.copyOf(all);
    }

    /** The digests accepted under one of the accepted policies. */
    Set<DigestAlgorithm> digestsUnder(String accepted) {
        if (!accepted.equals(LAB_SHA1)) {
            return digests;
        }
        Set<DigestAlgorithm> withSha1 = EnumSet.copyOf(digests);
        withSha1.add(DigestAlgorithm.SHA1);
        return withSha1;
    }

    private static void requireOid(String oid) {
        if (ASN1ObjectIdentifier.tryFromID(oid) == null) {
            throw new IllegalArgumentException(
                    "\"" + oid + "\" is no TSA policy; wanted an object identifier such as 1.3.6.1.4.1.32473.1");
        }
    }
}
