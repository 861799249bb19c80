package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SoftHsmTest {
    private static final Pattern PLACE = Pattern.compile("/\\S+/libsofthsm2\\.so");

    @Test
    void theLauncherLooksInTheSamePlaces() throws Exception {
        String launcher = Files.readString(Path.of("..", "countersign"));

        assertThat(PLACE.matcher(launcher).results().map(MatchResult::group).map(Path::of))
                .containsExactlyElementsOf(SoftHsm.PLACES);
    }
}
