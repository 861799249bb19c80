package io.countersign.sign;

import io.countersign.cms.AuthenticodeContent;
import io.countersign.cms.AuthenticodeSignature;
import io.countersign.cms.ElementLimit;
import io.countersign.cms.MalformedSignature;
import io.countersign.key.Bytes;
import io.countersign.key.CountersignOid;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;

/**
 * What a key has to sign of a file, small enough to be carried to where the key is. Written in DER:
 *
 * <pre>
 * ToBeSigned ::= SEQUENCE {
 *     format            OBJECT IDENTIFIER,        -- {@link CountersignOid#TO_BE_SIGNED}
 *     version           INTEGER (1),
 *     fileSize          INTEGER (0..4294967295),  -- of the file, in bytes
 *     fileSha256        OCTET STRING (SIZE (32)),
 *     content           SpcIndirectDataContent,   -- with image digest and algorithm
 *     signedAttributes  SET OF Attribute }        -- what the key signs (RFC 5652 section 5.4)
 * </pre>
 *
 * The attributes must be about the content, so that whoever reads the image digest reads what will be signed; fileSize and
 * fileSha256 are for records and approvals, the signature does not cover them.
 *
 * @param fileSize in bytes
 * @param fileSha256 of the whole file
 */
public record ToBeSigned(long fileSize, Digest fileSha256, AuthenticodeContent content) {
    /** No larger one is read, in bytes. */
    public static final int MAXIMUM_SIZE = 32 << 20;

    private static final int VERSION = 1;

    /**
     * Digests a file. Reads it once; memory does not grow with its size.
     *
     * @throws UnacceptableFile if it is no PE, is malformed, or is signed already and that was not expected
     */
    public static ToBeSigned of(Path file, SignFile.Options options) throws IOException, UnacceptableFile {
        try (ByteSource source = ByteSource.open(file)) {
            PeImage image = PeImage.parse(source);
            Optional<AuthenticodeSignature> present = SignFile.present(image, source, options);
            ImageScan scan = ImageScan.of(image, source, EnumSet.of(options.digest()));
            return new ToBeSigned(
                    image.size(),
                    scan.sha256(),
                    SignFile.content(
                            scan.imageDigest(options.digest()),
                            SignFile.pageHashes(image, source, options),
                            present,
                            options));
        } catch (MalformedPe | MalformedSignature e) {
            throw new UnacceptableFile(e.getMessage(), e);
        }
    }

    /** DER; the same value gives the same octets. */
    public Bytes encoded() {
        ASN1EncodableVector v = new ASN1EncodableVector();
        v.add(CountersignOid.TO_BE_SIGNED);
        v.add(new ASN1Integer(VERSION));
        v.add(new ASN1Integer(fileSize));
        v.add(new DEROctetString(fileSha256.value().toByteArray()));
        try {
            v.add(ASN1Primitive.fromByteArray(content.content().toByteArray()));
            v.add(ASN1Primitive.fromByteArray(content.signedAttributes().toByteArray()));
            return Bytes.of(new DERSequence(v).getEncoded(ASN1Encoding.DER));
        } catch (IOException e) {
            throw new UncheckedIOException("encoding to memory does not fail", e);
        }
    }

    /**
     * Reads what {@link #encoded} gave.
     *
     * @throws UnacceptableFile if it is something else, of another version, or its parts do not fit each other
     */
    public static ToBeSigned parse(Bytes encoded) throws UnacceptableFile {
        try {
            ElementLimit.require(encoded);
            ASN1Sequence sequence = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(encoded.toByteArray()));
            if (sequence == null
                    || sequence.size() < 2
                    || !CountersignOid.TO_BE_SIGNED.equals(
                            sequence.getObjectAt(0).toASN1Primitive())) {
                throw new UnacceptableFile("this is no to-be-signed file; 'countersign digest' makes one");
            }
            ASN1Integer version = ASN1Integer.getInstance(sequence.getObjectAt(1));
            if (!version.hasValue(VERSION) || sequence.size() != 6) {
                throw new UnacceptableFile("the to-be-signed file has version " + version + " and " + sequence.size()
                        + " parts, this program reads version " + VERSION
                        + " with 6; use the countersign that made it");
            }
            ToBeSigned read = new ToBeSigned(
                    ASN1Integer.getInstance(sequence.getObjectAt(2)).longValueExact(),
                    new Digest(
                            DigestAlgorithm.SHA256,
                            Bytes.of(ASN1OctetString.getInstance(sequence.getObjectAt(3))
                                    .getOctets())),
                    AuthenticodeContent.parse(octets(sequence, 4), octets(sequence, 5)));
            if (!read.encoded().equals(encoded)) {
                throw new UnacceptableFile("the to-be-signed file is not DER; make it again with 'countersign digest'");
            }
            return read;
        } catch (IOException | RuntimeException | MalformedSignature e) {
            // Bouncy Castle answers hostile ASN.1 with many kinds of unchecked exception.
            throw new UnacceptableFile("the to-be-signed file cannot be read: " + e.getMessage(), e);
        }
    }

    private static Bytes octets(ASN1Sequence sequence, int index) throws IOException {
        return Bytes.of(sequence.getObjectAt(index).toASN1Primitive().getEncoded());
    }
}
