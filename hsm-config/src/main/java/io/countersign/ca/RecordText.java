package io.countersign.ca;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.ca.IssuedCertificate.Revoked;
import io.countersign.ca.Vetted.Finding;
import io.countersign.x509.PemCertificates;
import io.countersign.x509.UnreadableCertificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The record of an issued certificate as JSON: what lies in {@code pki/issued} and what the public sees. */
public final class RecordText {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private RecordText() {}

    /** Names and form are {@code docs/lab-ca.md}'s. */
    public static String of(IssuedCertificate issued) {
        ObjectNode node = JSON.createObjectNode()
                .put("serial", issued.serial())
                .put("authority", issued.authority())
                .put("subject", issued.certificate().getSubjectX500Principal().getName())
                .put(
                        "notBefore",
                        issued.certificate().getNotBefore().toInstant().toString())
                .put("notAfter", issued.certificate().getNotAfter().toInstant().toString())
                .put("issuedAt", issued.issuedAt().toString())
                .put("issuedBy", issued.issuedBy())
                .put("certificate", PemCertificates.text(List.of(issued.certificate())));
        issued.vetting().ifPresent(vetted -> {
            ObjectNode vetting = node.putObject("vetting").put("enrolment", vetted.enrolment());
            ArrayNode findings = vetting.putArray("findings");
            vetted.findings()
                    .forEach(f -> findings.addObject()
                            .put("rule", f.rule())
                            .put("citation", f.citation())
                            .put("found", f.found()));
        });
        issued.revoked()
                .ifPresent(r -> node.putObject("revoked")
                        .put("reason", r.reason().label())
                        .put("date", r.date().toString())
                        .put("setBack", r.setBack())
                        .put("recordedAt", r.recordedAt().toString()));
        try {
            return JSON.writeValueAsString(node) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree of our own making cannot be written", e);
        }
    }

    /** @throws IOException if the file does not hold a record; the message names it and says what to do */
    static IssuedCertificate read(Path file, byte[] octets) throws IOException {
        try {
            JsonNode node = JSON.readTree(octets);
            List<Finding> findings = new ArrayList<>();
            node.at("/vetting/findings")
                    .forEach(f -> findings.add(new Finding(text(f, "rule"), text(f, "citation"), text(f, "found"))));
            return new IssuedCertificate(
                    PemCertificates.read(file, text(node, "certificate").getBytes(StandardCharsets.US_ASCII))
                            .get(0),
                    text(node, "authority"),
                    Instant.parse(text(node, "issuedAt")),
                    text(node, "issuedBy"),
                    node.has("vetting")
                            ? Optional.of(new Vetted(text(node.get("vetting"), "enrolment"), findings))
                            : Optional.empty(),
                    node.has("revoked") ? Optional.of(revoked(node.get("revoked"))) : Optional.empty());
        } catch (JsonProcessingException | UnreadableCertificates | DateTimeException | IllegalArgumentException e) {
            throw new IOException(
                    file + " is no record of a certificate (" + e.getMessage() + "); restore it from a backup", e);
        }
    }

    private static Revoked revoked(JsonNode node) {
        return new Revoked(
                RevocationReason.named(text(node, "reason"))
                        .orElseThrow(() -> new IllegalArgumentException("unknown reason")),
                Instant.parse(text(node, "date")),
                node.path("setBack").asBoolean(),
                Instant.parse(text(node, "recordedAt")));
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("'" + name + "' is missing");
        }
        return value.textValue();
    }
}
