package io.countersign.cms;

import io.countersign.key.Bytes;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Time;

/**
 * A certificate trust list: what is signed in a catalog, and in Microsoft's lists of roots and of what is distrusted.
 *
 * <pre>
 * CertificateTrustList ::= SEQUENCE {                     -- CTL_INFO of wincrypt.h; [MS-CAESO] "CTL"
 *     version           INTEGER DEFAULT 0,
 *     subjectUsage      SEQUENCE OF OBJECT IDENTIFIER,
 *     listIdentifier    OCTET STRING OPTIONAL,
 *     sequenceNumber    INTEGER OPTIONAL,
 *     thisUpdate        Time,
 *     nextUpdate        Time OPTIONAL,
 *     subjectAlgorithm  AlgorithmIdentifier,
 *     trustedSubjects   SEQUENCE OF Subject OPTIONAL,
 *     extensions        [0] EXPLICIT SEQUENCE OF Extension OPTIONAL }
 * Subject ::= SEQUENCE { identifier OCTET STRING, SET OF Attribute OPTIONAL }   -- CTL_ENTRY
 * </pre>
 *
 * @param usages what it is for
 * @param listId empty if it has none
 * @param thisUpdate when it was made, by its own account
 * @param subjectAlgorithm what kind of things the subjects are, and how they are identified
 * @param extensions as certificates have them, undecoded
 */
public record CertificateTrustList(
        List<ASN1ObjectIdentifier> usages,
        Bytes listId,
        Optional<BigInteger> sequenceNumber,
        Instant thisUpdate,
        Optional<Instant> nextUpdate,
        ASN1ObjectIdentifier subjectAlgorithm,
        List<Subject> subjects,
        List<ASN1Sequence> extensions) {
    private static final int MAXIMUM_USAGES = 64;
    private static final int MAXIMUM_SUBJECTS = 100_000;
    private static final int MAXIMUM_EXTENSIONS = 10_000;

    public CertificateTrustList {
        usages = List.copyOf(usages);
        subjects = List.copyOf(subjects);
        extensions = List.copyOf(extensions);
    }

    /**
     * What the list is about, once.
     *
     * @param attributes of type Attribute, undecoded
     */
    public record Subject(Bytes id, ASN1Set attributes) {}

    /**
     * Reads the content of a SignedData.
     *
     * @throws MalformedSignature if it is no trust list; ASN.1 that is not well formed may also give Bouncy Castle's unchecked
     *     exceptions
     */
    public static CertificateTrustList of(ASN1Encodable asn1) throws MalformedSignature {
        Elements elements = new Elements(ASN1Sequence.getInstance(asn1));
        elements.nextIf(ASN1Integer.class);
        List<ASN1ObjectIdentifier> usages = new ArrayList<>();
        for (ASN1Encodable usage :
                bounded(ASN1Sequence.getInstance(elements.next("subjectUsage")), MAXIMUM_USAGES, "usages")) {
            usages.add(ASN1ObjectIdentifier.getInstance(usage));
        }
        Bytes listId = elements.nextIf(ASN1OctetString.class)
                .map(o -> Bytes.of(o.getOctets()))
                .orElse(Bytes.of());
        Optional<BigInteger> number = elements.nextIf(ASN1Integer.class).map(ASN1Integer::getValue);
        Instant thisUpdate = time(elements.next("thisUpdate"));
        Optional<Instant> nextUpdate = Optional.empty();
        if (elements.isNext(ASN1UTCTime.class) || elements.isNext(ASN1GeneralizedTime.class)) {
            nextUpdate = Optional.of(time(elements.next("nextUpdate")));
        }
        ASN1ObjectIdentifier algorithm = ASN1ObjectIdentifier.getInstance(
                ASN1Sequence.getInstance(elements.next("subjectAlgorithm")).getObjectAt(0));
        List<Subject> subjects = new ArrayList<>();
        Optional<ASN1Sequence> listed = elements.nextIf(ASN1Sequence.class);
        if (listed.isPresent()) {
            for (ASN1Encodable subject : bounded(listed.get(), MAXIMUM_SUBJECTS, "members")) {
                subjects.add(subject(ASN1Sequence.getInstance(subject)));
            }
        }
        List<ASN1Sequence> extensions = new ArrayList<>();
        Optional<ASN1TaggedObject> tagged = elements.nextIf(ASN1TaggedObject.class);
        if (tagged.isPresent()) {
            for (ASN1Encodable extension :
                    bounded(ASN1Sequence.getInstance(tagged.get(), true), MAXIMUM_EXTENSIONS, "extensions")) {
                extensions.add(ASN1Sequence.getInstance(extension));
            }
        }
        elements.end();
        return new CertificateTrustList(
                usages, listId, number, thisUpdate, nextUpdate, algorithm, subjects, extensions);
    }

    private static Subject subject(ASN1Sequence subject) throws MalformedSignature {
        if (subject.size() < 1 || subject.size() > 2) {
            throw new MalformedSignature("a member has " + subject.size() + " elements, wanted 1 or 2");
        }
        return new Subject(
                Bytes.of(ASN1OctetString.getInstance(subject.getObjectAt(0)).getOctets()),
                subject.size() == 1 ? new DERSet() : ASN1Set.getInstance(subject.getObjectAt(1)));
    }

    private static Instant time(ASN1Encodable time) {
        return Time.getInstance(time).getDate().toInstant();
    }

    private static ASN1Sequence bounded(ASN1Sequence all, int most, String what) throws MalformedSignature {
        if (all.size() > most) {
            throw new MalformedSignature(all.size() + " " + what + "; at most " + most + " are read");
        }
        return all;
    }

    /** The elements of a sequence of which some are optional, taken in order. */
    private static final class Elements {
        private final ASN1Sequence sequence;
        private int at;

        Elements(ASN1Sequence sequence) {
            this.sequence = sequence;
        }

        ASN1Encodable next(String what) throws MalformedSignature {
            if (at == sequence.size()) {
                throw new MalformedSignature("the trust list ends before its " + what);
            }
            return sequence.getObjectAt(at++);
        }

        boolean isNext(Class<?> kind) {
            return at < sequence.size()
                    && kind.isInstance(sequence.getObjectAt(at).toASN1Primitive());
        }

        <T> Optional<T> nextIf(Class<T> kind) {
            return isNext(kind)
                    ? Optional.of(kind.cast(sequence.getObjectAt(at++).toASN1Primitive()))
                    : Optional.empty();
        }

        void end() throws MalformedSignature {
            if (at < sequence.size()) {
                throw new MalformedSignature("the trust list has " + (sequence.size() - at) + " elements too many");
            }
        }
    }
}
