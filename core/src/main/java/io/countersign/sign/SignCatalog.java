package io.countersign.sign;

import io.countersign.catalog.Catalog;
import io.countersign.catalog.MalformedCatalog;
import io.countersign.cms.AuthenticodeSigner;
import io.countersign.cms.CatalogSignature;
import io.countersign.cms.MalformedSignature;
import io.countersign.cms.SpcSpOpusInfo;
import io.countersign.file.AtomicFile;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignFile.Options;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampToken;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;

/** Signs catalogs as {@link SignFile} signs PE files: key, timestamp, a check of our own output. Immutable; safe for several threads. */
public final class SignCatalog {
    private final SigningKey key;
    private final Optional<TimestampSource> timestamps;

    /**
     * @param timestamps empty to sign without a timestamp
     */
    public SignCatalog(SigningKey key, Optional<TimestampSource> timestamps) {
        this.key = key;
        this.timestamps = timestamps;
    }

    /**
     * Signs a catalog that is not signed. The output appears whole or not at all.
     *
     * @param digest of content and signature; not SHA-1
     * @return the catalog as written
     * @throws IllegalArgumentException if it is signed already, or the digest is SHA-1
     * @throws IOException if the output cannot be written
     * @throws KeyUnavailable if the key cannot be used now
     * @throws TimestampUnavailable if no timestamp was given; the key has been used, nothing is written
     */
    public Catalog sign(Catalog catalog, Path output, DigestAlgorithm digest)
            throws IOException, KeyUnavailable, TimestampUnavailable {
        if (catalog.signature().isPresent()) {
            throw new IllegalArgumentException("the catalog is already signed");
        }
        return make(catalog, new Options(digest, Existing.REFUSE, Optional.empty(), Optional.empty()), output)
                .catalog();
    }

    /**
     * Signs a file that is a catalog.
     *
     * @throws UnacceptableFile if it is none, or signed already and not to be signed anew
     * @throws KeyUnavailable if the key cannot be used now
     * @throws TimestampUnavailable if no timestamp was given; the key has been used, nothing is written
     */
    SignedFile sign(Path input, Path output, Options options)
            throws IOException, UnacceptableFile, KeyUnavailable, TimestampUnavailable {
        try {
            Catalog catalog = Catalog.read(input);
            requireKnown(input, catalog);
            if (catalog.signature().isPresent() && options.existing() == Existing.REFUSE) {
                throw new UnacceptableFile("the catalog is already signed; ask to replace the signature");
            }
            Made made = make(catalog.unsigned(), options, output);
            Digest trustList = options.digest().digest(catalog.trustList().getEncoded(ASN1Encoding.DER));
            return new SignedFile(
                    sha256(catalog.encoded()),
                    Optional.of(sha256(made.catalog().encoded())),
                    trustList,
                    trustList,
                    key.chain(),
                    made.token(),
                    List.of());
        } catch (MalformedCatalog e) {
            throw new UnacceptableFile(e.getMessage(), e);
        }
    }

    /** Signing writes the list anew, and nothing in it may get lost. */
    private static void requireKnown(Path input, Catalog catalog) throws IOException, UnacceptableFile {
        ContentInfo info = ContentInfo.getInstance(ASN1Primitive.fromByteArray(Files.readAllBytes(input)));
        ASN1Encodable list =
                SignedData.getInstance(info.getContent()).getEncapContentInfo().getContent();
        if (!Arrays.equals(
                list.toASN1Primitive().getEncoded(ASN1Encoding.DER),
                catalog.trustList().getEncoded(ASN1Encoding.DER))) {
            throw new UnacceptableFile("the catalog's list has parts that are not known here, so signing would drop"
                    + " them; make it anew with 'countersign catalog create'");
        }
    }

    private static Digest sha256(Bytes octets) {
        return DigestAlgorithm.SHA256.digest(octets.toByteArray());
    }

    private record Made(Catalog catalog, Optional<Timestamped> token) {}

    private Made make(Catalog catalog, Options options, Path output)
            throws IOException, KeyUnavailable, TimestampUnavailable {
        CatalogSignature made = new AuthenticodeSigner(key)
                .signCatalog(
                        catalog.trustList(), options.digest(), new SpcSpOpusInfo(options.description(), options.url()));
        Optional<Timestamped> token = new KeyAndTimestamp(key, timestamps).token(made, options.digest());
        CatalogSignature whole =
                token.isPresent() ? timestamped(made, token.get().token()) : made;
        byte[] octets = whole.encoded().toByteArray();
        Catalog signed = require(whole.encoded(), catalog);
        AtomicFile.write(output, temporary -> {
            Files.write(temporary, octets);
            if (!Arrays.equals(Files.readAllBytes(temporary), octets)) {
                throw new IllegalStateException("the signed catalog was not kept: the disk gave other octets back");
            }
        });
        return new Made(signed, token);
    }

    private static CatalogSignature timestamped(CatalogSignature signature, TimestampToken token) {
        try {
            return signature.withTimestamp(token.encoded());
        } catch (MalformedSignature e) {
            throw new IllegalStateException("a token that was read cannot be added", e);
        }
    }

    /** Reads what was made before anybody else can: the catalog that was meant, under a signature that holds. */
    private static Catalog require(Bytes octets, Catalog meant) {
        try {
            Catalog read = Catalog.parse(octets);
            if (read.trustList().equals(meant.trustList())
                    && read.signature().filter(CatalogSignature::holds).isPresent()) {
                return read;
            }
            throw new IllegalStateException("the signed catalog was not kept: it is not the one that was made");
        } catch (MalformedCatalog e) {
            throw new IllegalStateException("the signed catalog was not kept: " + e.getMessage(), e);
        }
    }
}
