package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RulesCommandTest {
    private static final Path DOCUMENT = Path.of("../docs/rules.md");

    @TempDir
    private Path folder;

    @Test
    void theDocumentIsTheListOfTheProgram() throws IOException {
        assertThat(Files.readString(DOCUMENT))
                .as("docs/rules.md is out of date; run: ./countersign rules --markdown > docs/rules.md")
                .isEqualTo(Transcript.of(folder, "rules", "--markdown").out());
    }

    @Test
    void everyRuleHasANameASourceAndAConfidence() throws IOException {
        JsonNode rules = Transcript.of(folder, "rules", "--json").json().path("rules");

        Set<String> names = new HashSet<>();
        for (JsonNode rule : rules) {
            assertThat(rule.path("title").asText()).as(rule.toString()).endsWith(".");
            assertThat(rule.path("citation").asText()).as(rule.toString()).isNotBlank();
            assertThat(rule.path("confidence").asText()).isIn("verified", "documented", "reported", "modelled");
            assertThat(names.add(
                            rule.path("id").asText() + rule.path("citation").asText()))
                    .as("%s is there once", rule)
                    .isTrue();
        }
        assertThat(rules)
                .extracting(r -> r.path("id").asText())
                .containsSubsequence("pe.image-digest", "file.digest", "LOAD_BAD_DIGEST", "SIGNTOOL_NO_SIGNATURE");
        assertThat(Transcript.of(folder, "rules").out())
                .contains("  LOAD_BAD_DIGEST (loader)\n", "      seen        0xC0000428 STATUS_INVALID_IMAGE_HASH");
    }
}
