package io.countersign.signer.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
    @TempDir
    Path root;

    @Test
    void whatIsMissingIsMadeForItsOwnerOnly() throws IOException {
        Home home = new Home(root);
        Folders folders = new Folders(home);
        folders.create();
        folders.create();
        for (Path folder : List.of(home.state(), home.artifacts(), home.log(), folders.work(), folders.uploads())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .as(folder.toString())
                    .isEqualTo("rwx------");
        }
    }
}
