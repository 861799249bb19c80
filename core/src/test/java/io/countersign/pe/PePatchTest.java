package io.countersign.pe;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.key.Bytes;
import io.countersign.pe.PePatch.Replacement;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PePatchTest {
    /** Several blocks, and no multiple of one. */
    private static final int SIZE = 2_000_003;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"8, 8", "0, 5000", "5000, 0", "300000, 700000", "700000, 300000", "4096, 4095"})
    void inPlaceGivesTheOctetsOfANewFile(int removed, int inserted) throws Exception {
        Random random = new Random(removed * 31L + inserted);
        byte[] old = octets(random, SIZE);
        PePatch patch = new PePatch(List.of(
                new Replacement(100, 4, Bytes.of(octets(random, 4))),
                new Replacement(1000, removed / 2, Bytes.of(octets(random, inserted / 3))),
                new Replacement(260_000 + removed / 2, removed, Bytes.of(octets(random, inserted)))));
        ByteArrayOutputStream anew = new ByteArrayOutputStream();
        patch.apply(ByteSource.of(Bytes.of(old)), Channels.newChannel(anew));

        Path file = Files.write(folder.resolve("file"), old);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            patch.applyTo(channel);
        }

        assertThat(Files.readAllBytes(file)).isEqualTo(anew.toByteArray());
    }

    private static byte[] octets(Random random, int size) {
        byte[] octets = new byte[size];
        random.nextBytes(octets);
        return octets;
    }
}
