package io.countersign.signer.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.Configuration;
import io.countersign.home.Home;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurrentConfigurationTest {
    private static final String TEXT = """
            organization: { slug: lab, id: 123e4567-e89b-12d3-a456-426614174000, name: LAB }
            pki: { baseUrl: "http://127.0.0.1:8318" }
            tokens: []
            keys: []
            timestampAuthorities: []
            identities:
              - { name: alice }
            projects: []
            """;

    @TempDir
    private Path folder;

    private Home home;
    private CurrentConfiguration current;

    @BeforeEach
    void read() throws Exception {
        home = new Home(folder);
        write(TEXT);
        current = CurrentConfiguration.read(home);
    }

    private void write(String text) throws Exception {
        Files.writeString(home.configuration(), text);
    }

    @Test
    void anEditIsInForceOnceItIsSeen() throws Exception {
        write(TEXT.replace("alice", "bob"));
        assertThat(current.get().identity("alice")).isPresent();
        current.refresh();
        assertThat(current.get().identity("bob")).isPresent();
        assertThat(current.get().identity("alice")).isEmpty();
        assertThat(current.state().refused()).isEmpty();
    }

    @Test
    void aBadFileLeavesTheFormerInForceAndSaysSoUntilItIsMended() throws Exception {
        Configuration before = current.get();
        write(TEXT.replace("alice", "Alice!"));
        current.refresh();
        assertThat(current.get()).isSameAs(before);
        assertThat(current.state().refused()).singleElement().asString().contains("countersign.yaml:7", "Alice!");

        Files.delete(home.configuration());
        current.refresh();
        assertThat(current.get()).isSameAs(before);
        assertThat(current.state().refused()).singleElement().asString().contains("does not exist");

        write(TEXT);
        current.refresh();
        assertThat(current.state().refused()).isEmpty();
    }

    @Test
    void whatIsOpenedAtStartWaitsForARestart() throws Exception {
        Configuration before = current.get();
        write(TEXT.replace("slug: lab,", "slug: other,").replace("alice", "bob"));
        current.refresh();
        assertThat(current.get()).isSameAs(before);
        assertThat(current.state().refused()).singleElement().asString().contains("organization", "restart");
    }
}
