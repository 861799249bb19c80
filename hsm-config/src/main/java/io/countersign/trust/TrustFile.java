package io.countersign.trust;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.windows.DenyList;
import io.countersign.windows.DriverBlockPolicy;
import io.countersign.windows.MalformedList;
import io.countersign.windows.MicrosoftList;
import io.countersign.x509.OcspResponse;
import io.countersign.x509.PemCertificates;
import io.countersign.x509.UnreadableCertificates;
import io.countersign.x509.UnreadableOcspResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** What a file holds, told by its content: its name may say anything. */
sealed interface TrustFile {
    /** Microsoft's largest list has half a megabyte, the largest revocation lists of public authorities some. */
    int MAXIMUM_SIZE = 1 << 24;

    record Certificates(List<X509Certificate> all) implements TrustFile {}

    /**
     * A list.
     *
     * @param extension of the file it is kept in
     */
    record Denials(ListKind kind, String extension, DenyList denies, Optional<MicrosoftList> microsoft)
            implements TrustFile {}

    record Revocations(X509CRL list) implements TrustFile {}

    record Answers(OcspResponse response) implements TrustFile {}

    /** A file's octets. */
    static Bytes read(Path file) throws IOException, UnusableTrust {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(MAXIMUM_SIZE + 1);
            if (octets.length > MAXIMUM_SIZE) {
                throw new UnusableTrust(
                        name(file) + " has more than " + MAXIMUM_SIZE + " bytes",
                        "give a file of certificates, or a list");
            }
            return Bytes.of(octets);
        }
    }

    static Digest digest(Bytes octets) {
        return DigestAlgorithm.SHA256.digest(octets.toByteArray());
    }

    /** Reads whatever it is. */
    static TrustFile of(Path file, Bytes content) throws UnusableTrust {
        byte[] octets = content.toByteArray();
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        try {
            if (MicrosoftList.isTrustList(octets)) {
                MicrosoftList list = MicrosoftList.parse(content);
                return new Denials(ListKind.of(list), "stl", list.denyList(), Optional.of(list));
            }
            if (text.startsWith("MSCF")) {
                throw new UnusableTrust(
                        name(file) + " is a cabinet",
                        "unpack it first ('cabextract FILE'), and import the .stl inside");
            }
            if (text.contains("-----BEGIN X509 CRL-----")) {
                return new Revocations(crl(file, octets));
            }
            if (octets.length > 0 && octets[0] == 0x30) {
                return binary(file, octets);
            }
            if (text.contains("-----BEGIN ")) {
                return new Certificates(PemCertificates.read(file, octets));
            }
            // Behind a byte order mark of UTF-8 or UTF-16, if there is one; UTF-16 has a NUL beside the bracket.
            if (text.stripLeading().startsWith("<")
                    || text.startsWith("\u00EF\u00BB\u00BF<")
                    || text.matches("(?s)(\u00FF\u00FE<|\u00FE\u00FF\0<).*")) {
                return new Denials(
                        ListKind.DRIVER_BLOCK_LIST, "xml", DriverBlockPolicy.parse(content), Optional.empty());
            }
            return new Denials(
                    ListKind.DRIVER_BLOCK_LIST,
                    "yaml",
                    BlockListYaml.parse(name(file), utf8(octets)),
                    Optional.empty());
        } catch (MalformedList e) {
            throw new UnusableTrust(name(file) + ": " + e.getMessage(), "give the list as Microsoft publishes it", e);
        } catch (UnreadableCertificates e) {
            throw new UnusableTrust(e.getMessage(), "give certificates as PEM, DER or PKCS#7 without a key", e);
        } catch (CharacterCodingException e) {
            throw new UnusableTrust(
                    name(file)
                            + " is none of what is understood: certificates (PEM, DER, PKCS#7), revocation lists (CRL), OCSP"
                            + " responses, Microsoft's lists (.stl), an App Control policy (XML) or a driver block list (YAML)",
                    "check that it is the file you mean",
                    e);
        }
    }

    private static TrustFile binary(Path file, byte[] octets) throws UnusableTrust, UnreadableCertificates {
        try {
            return new Certificates(PemCertificates.read(file, octets));
        } catch (UnreadableCertificates e) {
            try {
                return new Revocations(crl(file, octets));
            } catch (UnusableTrust notThatEither) {
                return answers(octets, e);
            }
        }
    }

    private static TrustFile answers(byte[] octets, UnreadableCertificates otherwise) throws UnreadableCertificates {
        try {
            return new Answers(OcspResponse.parse(Bytes.of(octets)));
        } catch (UnreadableOcspResponse e) {
            throw otherwise;
        }
    }

    private static X509CRL crl(Path file, byte[] octets) throws UnusableTrust {
        try {
            return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(octets));
        } catch (CRLException | CertificateException e) {
            throw new UnusableTrust(
                    name(file) + " holds no readable revocation list: " + e.getMessage(),
                    "give one CRL, PEM or DER",
                    e);
        }
    }

    private static String utf8(byte[] octets) throws CharacterCodingException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(octets))
                .toString();
        if (text.indexOf(0) >= 0) {
            throw new CharacterCodingException();
        }
        return text;
    }

    /** For messages: a name may hold anything but a slash. */
    static String name(Path file) {
        return file.toString().replaceAll("\\p{C}", "?");
    }
}
