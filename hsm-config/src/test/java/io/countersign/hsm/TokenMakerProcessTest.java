package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class TokenMakerProcessTest {
    @Test
    void aClassPathEntryIsAFileHoweverTheClassLoaderWritesIt() throws Exception {
        assertThat(TokenMakerProcess.path(URI.create("file:/a%20b/c.jar").toURL()))
                .isEqualTo("/a b/c.jar");
        assertThat(TokenMakerProcess.path(
                        URI.create("jar:file:///a%20b/c.jar!/").toURL()))
                .isEqualTo("/a b/c.jar");
    }
}
