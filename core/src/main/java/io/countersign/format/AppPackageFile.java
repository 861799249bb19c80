package io.countersign.format;

import static io.countersign.format.MalformedFile.require;

import io.countersign.cms.SpcIndirectDataContent;
import io.countersign.format.ZipArchive.Covered;
import io.countersign.format.ZipArchive.Entry;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * An app package or bundle (MSIX, APPX): a ZIP archive whose signature is an entry of "PKCX" and the DER. What is signed is a
 * list: "APPX", then of the records (AXPC), the central directory (AXCD), [Content_Types].xml (AXCT), the block map (AXBM) and,
 * where there is one, the catalog of code (AXCI) the name and the digest. The entries themselves are bound by the block map,
 * which Windows checks block by block.
 */
final class AppPackageFile implements SignableFile {
    static final String SIGNATURE = "AppxSignature.p7x";
    static final String MANIFEST = "AppxManifest.xml";
    static final String BUNDLE_MANIFEST = "AppxMetadata/AppxBundleManifest.xml";
    private static final String CONTENT_TYPES = "[Content_Types].xml";
    private static final String BLOCK_MAP = "AppxBlockMap.xml";
    private static final String CODE_CATALOG = "AppxMetadata/CodeIntegrity.cat";
    private static final byte[] MAGIC = {'P', 'K', 'C', 'X'};
    private static final int MAXIMUM_XML = 10 << 20;
    private static final int MAXIMUM_BLOCK_MAP = 1 << 26;
    private static final Pattern HASH_METHOD =
            Pattern.compile("HashMethod\\s*=\\s*[\"'][^\"'#]{0,100}#(sha256|sha384|sha512)[\"']");
    private static final String OVERRIDE =
            "<Override PartName=\"/" + SIGNATURE + "\" ContentType=\"application/vnd.ms-appx.signature\"/>";

    private final ByteSource source;
    private final ZipArchive archive;
    private final Covered covered;
    private final byte[] manifest;
    private final Optional<Bytes> signature;

    private AppPackageFile(ByteSource source) throws IOException, MalformedFile {
        this.source = source;
        archive = ZipArchive.read(source);
        covered = archive.without(SIGNATURE);
        for (String needed : new String[] {CONTENT_TYPES, BLOCK_MAP}) {
            require(archive.entry(needed).isPresent(), "the package has no " + needed + "; make it with makeappx");
        }
        String manifest = archive.entry(BUNDLE_MANIFEST).isPresent() ? BUNDLE_MANIFEST : MANIFEST;
        this.manifest = ZipContent.read(
                archive,
                archive.entry(manifest).orElseThrow(() -> new MalformedFile("the package has no manifest")),
                MAXIMUM_XML);
        Optional<Entry> entry = archive.entry(SIGNATURE);
        if (entry.isPresent()) {
            byte[] octets = ZipContent.read(archive, entry.get(), MAXIMUM_SIGNATURE);
            require(
                    octets.length > MAGIC.length && Arrays.equals(octets, 0, MAGIC.length, MAGIC, 0, MAGIC.length),
                    SIGNATURE + " does not begin with PKCX");
            signature = Optional.of(Octets.signature(Arrays.copyOfRange(octets, MAGIC.length, octets.length)));
        } else {
            signature = Optional.empty();
        }
    }

    static AppPackageFile open(Path file) throws IOException, MalformedFile {
        return Octets.open(file, AppPackageFile::new);
    }

    @Override
    public Optional<Bytes> signature() {
        return signature;
    }

    @Override
    public Digest digest(DigestAlgorithm algorithm) throws IOException, MalformedFile {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        list.writeBytes(ascii("APPX"));
        list.writeBytes(ascii("AXPC"));
        MessageDigest records = algorithm.newMessageDigest();
        Octets.update(records, source, 0, covered.end());
        list.writeBytes(records.digest());
        list.writeBytes(ascii("AXCD"));
        list.writeBytes(algorithm.newMessageDigest().digest(covered.directory().toByteArray()));
        list.writeBytes(ascii("AXCT"));
        list.writeBytes(content(CONTENT_TYPES, algorithm));
        list.writeBytes(ascii("AXBM"));
        list.writeBytes(content(BLOCK_MAP, algorithm));
        if (archive.entry(CODE_CATALOG).isPresent()) {
            list.writeBytes(ascii("AXCI"));
            list.writeBytes(content(CODE_CATALOG, algorithm));
        }
        return SpcIndirectDataContent.ofList(algorithm, list.toByteArray());
    }

    private byte[] content(String name, DigestAlgorithm algorithm) throws IOException, MalformedFile {
        MessageDigest digest = algorithm.newMessageDigest();
        ZipContent.copy(
                source,
                archive.entry(name).orElseThrow(),
                new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        return digest.digest();
    }

    /**
     * The block map's: Windows refuses a signature by another (Microsoft Learn, "How to sign an app package using SignTool",
     * error 0x8007000B).
     */
    @Override
    public Optional<DigestAlgorithm> requiredDigest() throws IOException, MalformedFile {
        byte[] map = ZipContent.read(archive, archive.entry(BLOCK_MAP).orElseThrow(), MAXIMUM_BLOCK_MAP);
        Matcher method = HASH_METHOD.matcher(new String(map, StandardCharsets.UTF_8));
        require(
                method.find(),
                BLOCK_MAP + " names no HashMethod of SHA-256, SHA-384 or SHA-512; make the package anew with makeappx");
        return Arrays.stream(DigestAlgorithm.values())
                .filter(a -> a.label().equals(method.group(1)))
                .findFirst();
    }

    /** The manifest's Publisher has to be the signer's subject (Microsoft Learn, "Sign an app package using SignTool"). */
    @Override
    public Optional<String> refusal(X509Certificate signer) throws IOException, MalformedFile {
        String publisher = publisher();
        X500Name subject = X500Name.getInstance(signer.getSubjectX500Principal().getEncoded());
        String problem = "";
        try {
            // Microsoft writes S where all others write ST.
            if (subject.equals(new X500Name(publisher.replaceAll(",\\s*S\\s*=", ",ST=")))) {
                return Optional.empty();
            }
        } catch (IllegalArgumentException e) {
            problem = " (" + e.getMessage() + ")";
        }
        return Optional.of("the manifest's Publisher is “" + publisher + "”" + problem + ", the signer is “" + subject
                + "”; make the package again with that Publisher, or sign it with the publisher's certificate");
    }

    /** The Publisher of the Identity, below the root; whatever else has such an attribute, or a comment, says nothing. */
    private String publisher() throws MalformedFile {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(new ByteArrayInputStream(manifest));
            int depth = 0;
            while (xml.hasNext()) {
                int event = xml.next();
                if (event == XMLStreamConstants.END_ELEMENT) {
                    depth--;
                } else if (event == XMLStreamConstants.START_ELEMENT
                        && ++depth == 2
                        && xml.getLocalName().equals("Identity")) {
                    return Objects.requireNonNullElse(xml.getAttributeValue(null, "Publisher"), "");
                }
            }
        } catch (XMLStreamException | RuntimeException e) {
            throw new MalformedFile("the package's manifest is not well formed: " + e.getMessage(), e);
        }
        throw new MalformedFile("the package's manifest has no Identity");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Of [Content_Types].xml the content without the line that signing adds; of all others, and their order, everything. */
    @Override
    public Map<String, Digest> parts() throws IOException, MalformedFile {
        Map<String, Digest> parts = new LinkedHashMap<>();
        for (Entry entry : archive.entries().values()) {
            if (entry.name().equals(CONTENT_TYPES)) {
                String types = new String(ZipContent.read(archive, entry, MAXIMUM_XML), StandardCharsets.UTF_8);
                parts.put(
                        entry.name(),
                        DigestAlgorithm.SHA256.digest(
                                types.replace(OVERRIDE, "").getBytes(StandardCharsets.UTF_8)));
            } else if (!entry.name().equals(SIGNATURE)) {
                parts.put(entry.name(), ZipContent.asItStands(source, entry));
            }
        }
        return parts;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
