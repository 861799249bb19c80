package io.countersign.signer.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.PreventFurtherStepsException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerLockTest {
    @TempDir
    Path folder;

    @Test
    void theSecondOwnerIsToldWhoTheFirstIs() throws IOException {
        Path file = folder.resolve("owner.lock");
        try (OwnerLock first = OwnerLock.take(file)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> OwnerLock.take(file))
                    .isInstanceOf(PreventFurtherStepsException.class)
                    .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
        }
        OwnerLock.take(file).close();
    }
}
