package io.countersign.provenance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A Dead Simple Signing Envelope (secure-systems-lab/dsse, protocol v1.0.2): a payload, its type, and signatures over both.
 *
 * @param payload the signed octets, never re-encoded
 */
public record DsseEnvelope(String payloadType, Bytes payload, List<EnvelopeSignature> signatures) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * One signature.
     *
     * @param keyid a hint which key it is, the SHA-256 of its certificate; never a reason to trust it
     */
    public record EnvelopeSignature(String keyid, Bytes sig) {}

    public DsseEnvelope {
        signatures = List.copyOf(signatures);
    }

    /**
     * Signs with SHA-256 and the key's own algorithm.
     *
     * @throws KeyUnavailable if the key cannot be used now
     */
    public static DsseEnvelope sign(String payloadType, Bytes payload, SigningKey key) throws KeyUnavailable {
        SignatureAlgorithm algorithm = SignatureAlgorithm.of(key.certificate().getPublicKey(), DigestAlgorithm.SHA256);
        byte[] sig = key.sign(algorithm, preAuthenticationEncoding(payloadType, payload));
        return new DsseEnvelope(
                payloadType, payload, List.of(new EnvelopeSignature(fingerprint(key.certificate()), Bytes.of(sig))));
    }

    /** True if one of the signatures is by this certificate's key. */
    public boolean isSignedBy(X509Certificate certificate) {
        SignatureAlgorithm algorithm = SignatureAlgorithm.of(certificate.getPublicKey(), DigestAlgorithm.SHA256);
        byte[] signed = preAuthenticationEncoding(payloadType, payload);
        return signatures.stream().anyMatch(s -> {
            try {
                Signature verifier = Signature.getInstance(algorithm.jcaName());
                verifier.initVerify(certificate.getPublicKey());
                verifier.update(signed);
                return verifier.verify(s.sig().toByteArray());
            } catch (GeneralSecurityException e) {
                return false; // not even the form of a signature of this kind
            }
        });
    }

    /**
     * PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body, lengths in bytes and ASCII decimal.
     */
    static byte[] preAuthenticationEncoding(String payloadType, Bytes payload) {
        byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
        byte[] head = ("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] middle = (" " + payload.size() + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[head.length + type.length + middle.length + payload.size()];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(type, 0, all, head.length, type.length);
        System.arraycopy(middle, 0, all, head.length + type.length, middle.length);
        System.arraycopy(payload.toByteArray(), 0, all, all.length - payload.size(), payload.size());
        return all;
    }

    /** One line of JSON, as it stands in a {@code .intoto.jsonl} file, without the line feed. */
    public String toJson() {
        ObjectNode envelope =
                JSON.createObjectNode().put("payload", payload.base64()).put("payloadType", payloadType);
        var list = envelope.putArray("signatures");
        signatures.forEach(
                s -> list.addObject().put("keyid", s.keyid()).put("sig", s.sig().base64()));
        return envelope.toString();
    }

    /** Reads an envelope; empty if the line is none, since readers of a bundle skip what they do not know. */
    public static Optional<DsseEnvelope> parse(String line) {
        try {
            JsonNode json = JSON.readTree(line);
            if (json == null
                    || !json.path("payload").isTextual()
                    || !json.path("payloadType").isTextual()) {
                return Optional.empty();
            }
            List<EnvelopeSignature> signatures = new ArrayList<>();
            for (JsonNode s : json.path("signatures")) {
                signatures.add(new EnvelopeSignature(
                        s.path("keyid").asText(""), decode(s.path("sig").asText(""))));
            }
            return Optional.of(new DsseEnvelope(
                    json.path("payloadType").asText(),
                    decode(json.path("payload").asText()),
                    signatures));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Standard or URL-safe base64: readers must accept both. */
    private static Bytes decode(String base64) {
        return Bytes.of(Base64.getDecoder().decode(base64.replace('-', '+').replace('_', '/')));
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            return DigestAlgorithm.SHA256
                    .digest(certificate.getEncoded())
                    .value()
                    .hex();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed can be encoded", e);
        }
    }
}
