package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.home.Home;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyUseJournalTest {
    private static final Digest DIGEST = DigestAlgorithm.SHA256.digest(new byte[] {7});

    @TempDir
    Path folder;

    @Test
    void aSignatureHasItsLineWithKeyPurposeAlgorithmAndDigest() throws Exception {
        SigningKey key = LabHome.hsm().key("tsa", KeyPurpose.TIMESTAMP);
        byte[] unique = ("unique " + System.nanoTime()).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Instant before = Instant.now().minusSeconds(1);

        key.sign(SignatureAlgorithm.RSA_SHA384, unique);

        String digest = DigestAlgorithm.SHA384.digest(unique).toString();
        List<JsonNode> lines = lines(LabHome.home()).stream()
                .filter(l -> l.get("digest").asText().equals(digest))
                .toList();
        assertThat(lines).singleElement().satisfies(line -> {
            assertThat(line.get("key").asText()).isEqualTo("tsa");
            assertThat(line.get("purpose").asText()).isEqualTo("TIMESTAMP");
            assertThat(line.get("algorithm").asText()).isEqualTo("SHA384withRSA");
            assertThat(line.get("pid").asLong())
                    .isEqualTo(ProcessHandle.current().pid());
            assertThat(Instant.parse(line.get("time").asText()))
                    .isBetween(before, Instant.now().plusSeconds(1));
        });
    }

    @Test
    void linesOfSeveralProcessesStayWhole() throws Exception {
        Home home = HomeCopy.in(folder);
        int before = lines(home).size();
        List<JavaProcess> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(JavaProcess.start(KeyProbe.class, home.root().toString(), "40"));
        }
        for (JavaProcess process : processes) {
            assertThat(process.output()).isEqualToIgnoringNewLines("signed");
        }

        List<JsonNode> added = lines(home).subList(before, lines(home).size());
        Map<Long, Long> byProcess =
                added.stream().collect(Collectors.groupingBy(l -> l.get("pid").asLong(), Collectors.counting()));
        assertThat(byProcess).hasSize(3);
        assertThat(byProcess.values()).allMatch(count -> count == 40);
    }

    @Test
    void halfALineLeftByAPowerLossSpoilsNoOther() throws Exception {
        Home home = new Home(folder);
        KeyUseJournal journal = new KeyUseJournal(home);
        journal.append("a", KeyPurpose.EVIDENCE, SignatureAlgorithm.ECDSA_SHA256, DIGEST);
        Files.writeString(file(home), "{\"time\":\"2026-", StandardOpenOption.APPEND);

        journal.append("b", KeyPurpose.EVIDENCE, SignatureAlgorithm.ECDSA_SHA256, DIGEST);

        List<String> lines = Files.readAllLines(file(home));
        assertThat(lines).hasSize(3);
        assertThat(new ObjectMapper().readTree(lines.get(2)).get("key").asText())
                .isEqualTo("b");
    }

    private static Path file(Home home) {
        return home.log().resolve("key-use.jsonl");
    }

    private static List<JsonNode> lines(Home home) throws Exception {
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file(home))) {
            lines.add(json.readTree(line));
        }
        return lines;
    }
}
