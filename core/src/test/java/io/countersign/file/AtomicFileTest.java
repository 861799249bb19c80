package io.countersign.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    private Path folder;

    @Test
    void whatReplacesAPrivateFileIsPrivateWhileItIsWritten() throws Exception {
        Set<PosixFilePermission> own = PosixFilePermissions.fromString("rw-------");
        Path target = Files.setPosixFilePermissions(Files.createFile(folder.resolve("private.msi")), own);
        try (AtomicFile file = AtomicFile.beside(target)) {
            assertThat(Files.getPosixFilePermissions(file.path())).isEqualTo(own);
            file.release();
        }
        assertThat(Files.getPosixFilePermissions(target)).isEqualTo(own);
    }

    @Test
    void aFileThatMayNotBeWrittenIsReplacedAllTheSame() throws Exception {
        Set<PosixFilePermission> readOnly = PosixFilePermissions.fromString("r--r--r--");
        Path target = Files.setPosixFilePermissions(Files.createFile(folder.resolve("old.msi")), readOnly);
        AtomicFile.write(target, temporary -> Files.writeString(temporary, "new"));
        assertThat(target).hasContent("new");
        assertThat(Files.getPosixFilePermissions(target)).isEqualTo(readOnly);
    }
}
