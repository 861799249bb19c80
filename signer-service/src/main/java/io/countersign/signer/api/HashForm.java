package io.countersign.signer.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import jakarta.ws.rs.core.Response.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.server.multipart.FormValue;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

/**
 * The form of SignHash, whose artifact is SignPath's {@code payload.json}
 * (https://docs.signpath.io/crypto-providers/rest-api, "Artifact format for signing hash digests").
 *
 * @param keyAlgorithm what the key has to be: {@code RSA} or {@code EC}
 * @param ieee whether an ECDSA signature is wanted as r and s alone (IEEE P1363) instead of DER
 * @param payload as it was sent
 */
record HashForm(
        String projectSlug,
        String signingPolicySlug,
        String keyAlgorithm,
        boolean ieee,
        Digest digest,
        ObjectNode payload) {
    private static final int LONGEST_PAYLOAD = 64 << 10;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> KNOWN = Set.of(
            SubmissionForm.PROJECT,
            SubmissionForm.POLICY,
            SubmissionForm.DESCRIPTION,
            SubmissionForm.ARTIFACT,
            // Always so: there is no queue for digests.
            "isFastSigningRequest");
    private static final Map<String, DigestAlgorithm> BY_OID = Map.of(
            "2.16.840.1.101.3.4.2.1", DigestAlgorithm.SHA256,
            "2.16.840.1.101.3.4.2.2", DigestAlgorithm.SHA384,
            "2.16.840.1.101.3.4.2.3", DigestAlgorithm.SHA512);
    private static final Map<Integer, DigestAlgorithm> BY_LENGTH =
            Map.of(32, DigestAlgorithm.SHA256, 48, DigestAlgorithm.SHA384, 64, DigestAlgorithm.SHA512);

    /** @throws Problem.Refusal if it cannot be taken, naming everything that is wrong with it */
    static HashForm read(MultipartFormDataInput input) throws IOException {
        FormFields form = new FormFields(input);
        List<Problem.Fault> errors = form.errors();
        String project = form.slug(SubmissionForm.PROJECT);
        String policy = form.slug(SubmissionForm.POLICY);
        Optional<FormValue> artifact = SubmissionForm.artifact(form.parts(SubmissionForm.ARTIFACT), errors);
        SubmissionForm.refuseOthers(form, KNOWN);
        form.requireGood();
        ObjectNode payload = payload(artifact.orElseThrow().getFileItem().getFile());
        String signature = payload.path("SignatureAlgorithm").asText();
        if (!signature.equals("RsaPkcs1") && !signature.equals("Ecdsa")) {
            throw wrong(
                    "SignatureAlgorithm is " + (signature.isEmpty() ? "missing" : SafeFileName.of(signature)),
                    "send RsaPkcs1 or Ecdsa; RSA-PSS is not signed here");
        }
        boolean rsa = signature.equals("RsaPkcs1");
        String format = payload.path("EcdsaSignatureFormat").asText("Ieee");
        if (!format.equals("Ieee") && !format.equals("Asn1")) {
            throw wrong("EcdsaSignatureFormat is neither Ieee nor Asn1", "send one of them");
        }
        return new HashForm(
                project, policy, rsa ? "RSA" : "EC", !rsa && format.equals("Ieee"), digest(payload, rsa), payload);
    }

    private static ObjectNode payload(Path file) throws IOException {
        if (Files.size(file) > LONGEST_PAYLOAD) {
            throw wrong("the payload is longer than " + LONGEST_PAYLOAD + " bytes", "send one digest and little more");
        }
        try {
            JsonNode payload = JSON.readTree(file.toFile());
            if (payload instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw wrong("the artifact is not JSON", "send payload.json; a file is submitted to SubmitWithArtifact");
        }
        throw wrong("the payload is no JSON object", "send payload.json as SignPath documents it");
    }

    private static Digest digest(ObjectNode payload, boolean rsa) {
        byte[] octets;
        try {
            octets =
                    Base64.getDecoder().decode(payload.path("Base64EncodedHash").asText());
        } catch (IllegalArgumentException e) {
            throw wrong("Base64EncodedHash is not Base64", "send the digest in Base64");
        }
        DigestAlgorithm algorithm =
                rsa ? BY_OID.get(payload.path("RsaHashAlgorithm").asText()) : BY_LENGTH.get(octets.length);
        if (algorithm == null) {
            throw wrong(
                    rsa ? "RsaHashAlgorithm is none that is signed here" : "the digest has " + octets.length + " bytes",
                    "send a SHA-256, SHA-384 or SHA-512 digest" + (rsa ? " and its object identifier" : ""));
        }
        try {
            return new Digest(algorithm, Bytes.of(octets));
        } catch (IllegalArgumentException e) {
            throw wrong(
                    "the digest has " + octets.length + " bytes, which is not the length of " + algorithm.label(),
                    "send the digest itself, in Base64");
        }
    }

    private static Problem.Refusal wrong(String detail, String howToFix) {
        return Problem.of(Status.BAD_REQUEST, detail, howToFix).refusal();
    }
}
