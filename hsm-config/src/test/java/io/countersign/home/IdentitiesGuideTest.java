package io.countersign.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/identities.md shows of countersign.yaml can be written there. */
class IdentitiesGuideTest {
    private static final Path GUIDE =
            Path.of(System.getProperty("countersign.root")).resolve("docs/identities.md");
    private static final Pattern YAML = Pattern.compile("(?s)```yaml\n(.*?)```");
    private static final String AROUND = """
            organization: { slug: lab, id: 123e4567-e89b-12d3-a456-426614174000, name: Countersign LAB }
            pki: { baseUrl: "http://127.0.0.1:8318" }
            tokens: []
            keys: []
            timestampAuthorities: []
            projects: []
            """;

    @Test
    void itsExamplesAreRead() throws IOException, ConfigurationException {
        List<Configuration> read = new ArrayList<>();
        Matcher example = YAML.matcher(Files.readString(GUIDE));
        while (example.find()) {
            String text = AROUND + example.group(1).replace("\"…\"", "\"" + "0".repeat(64) + "\"");
            read.add(ConfigurationFile.parse(new Home(Path.of("/home")), text));
        }
        assertThat(read).hasSize(2);
        assertThat(read.get(1).issuer("work").flatMap(Issuer::signIn)).isPresent();
    }
}
