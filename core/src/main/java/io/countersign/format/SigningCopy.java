package io.countersign.format;

import io.countersign.cms.MalformedSignature;
import io.countersign.cms.PackageSignature;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import net.jsign.Signable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSTypedData;

/**
 * A private copy of a file while a signature is put into it or taken away: jsign writes in place. The copy must have been read
 * as a {@link SignableFile} before, and be read as one after; what is written may be half done if this throws. For one thread.
 */
public final class SigningCopy implements Closeable {
    private final Path copy;
    private final FileFormat format;
    private final Signable signable;

    private SigningCopy(Path copy, FileFormat format, Signable signable) {
        this.copy = copy;
        this.format = format;
        this.signable = signable;
    }

    /**
     * Adds what a first signature needs beside it: to installer packages the stream that binds names, sizes and times.
     *
     * @param copy without a signature
     * @throws MalformedFile if the copy cannot be written as one of its format
     */
    public static void prepare(Path copy, FileFormat format, DigestAlgorithm algorithm)
            throws IOException, MalformedFile {
        if (format == FileFormat.INSTALLER) {
            InstallerFile.extend(copy, algorithm);
        }
    }

    /**
     * Opens the copy for writing.
     *
     * @throws MalformedFile if jsign cannot read it
     */
    public static SigningCopy open(Path copy, FileFormat format) throws IOException, MalformedFile {
        return new SigningCopy(copy, format, JsignFormat.reading(() -> JsignFormat.open(copy, format)));
    }

    /**
     * The SpcIndirectDataContent to be signed, DER. App packages get the line for the signature into [Content_Types].xml here,
     * since it is covered.
     *
     * @throws MalformedFile if jsign cannot read a covered part
     */
    public Bytes indirectData(DigestAlgorithm algorithm) throws IOException, MalformedFile {
        return JsignFormat.reading(() -> Bytes.of(
                signable.createIndirectData(JsignFormat.algorithm(algorithm)).getEncoded(ASN1Encoding.DER)));
    }

    /**
     * The digest that the signature of a NuGet package carries.
     *
     * @throws MalformedFile if jsign cannot read a covered part
     */
    public Digest packageDigest(DigestAlgorithm algorithm) throws IOException, MalformedFile {
        CMSTypedData content =
                JsignFormat.reading(() -> signable.createSignedContent(JsignFormat.algorithm(algorithm)));
        try {
            return PackageSignature.digest((byte[]) content.getContent());
        } catch (MalformedSignature e) {
            throw new IllegalStateException("jsign's content of a package signature is another than NuGet's", e);
        }
    }

    /** Puts a signature into the file, in the place of one that is there. */
    public void put(Bytes signature) throws IOException {
        try {
            signable.setSignature(new VerbatimSignature(signature));
            signable.save();
        } catch (CMSException e) {
            throw new IllegalStateException("a signature that was read before cannot be read", e);
        }
    }

    /** Takes the signature away, with all that are nested in it. */
    public void remove() throws IOException {
        signable.setSignature(null);
        signable.save();
    }

    @Override
    public void close() throws IOException {
        signable.close();
        if (format == FileFormat.INSTALLER) {
            InstallerFile.trim(copy);
        }
    }
}
