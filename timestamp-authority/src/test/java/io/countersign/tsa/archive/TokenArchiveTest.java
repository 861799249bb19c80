package io.countersign.tsa.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenArchiveTest {
    private static final Instant TIME = Instant.parse("2026-11-23T12:00:00.123Z");

    @TempDir
    Path folder;

    @Test
    void whatWasKeptIsFoundBySerialNumberImprintTimeAndPolicyAlsoAfterARestart() throws Exception {
        try (TokenArchive archive = archive()) {
            for (int i = 1; i <= 5; i++) {
                archive.keep(token(i));
            }
        }
        try (TokenArchive archive = archive()) {
            assertThat(archive.find(Search.forSerialNumber(BigInteger.valueOf(3))))
                    .containsExactly(token(3));
            assertThat(archive.find(Search.forSerialNumber(BigInteger.valueOf(9))))
                    .isEmpty();
            assertThat(archive.find(Search.forImprint(token(4).imprint().value())))
                    .containsExactly(token(4));
            assertThat(archive.find(between(TIME.plusSeconds(2), TIME.plusSeconds(4), Optional.empty())))
                    .containsExactly(token(2), token(3));
            assertThat(archive.find(between(TIME, TIME.plusSeconds(9), Optional.of("1.2.1"))))
                    .containsExactly(token(1), token(3), token(5));
            assertThat(archive.find(between(TIME, TIME.plusSeconds(9), Optional.of("' OR 1=1 --"))))
                    .isEmpty();
        }
    }

    @Test
    void everyTokenOfManyThreadsIsOnTheDiskWhenItsCallReturns() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        Path copy = folder.resolve("copy.db");
        try (TokenArchive archive = archive()) {
            List<Future<?>> kept = new ArrayList<>();
            IntStream.rangeClosed(1, 2000)
                    .forEach(i -> kept.add(threads.submit(() -> {
                        archive.keep(token(i));
                        return null;
                    })));
            for (Future<?> each : kept) {
                each.get();
            }
            // What a kill would leave behind now: the archive is still open, nothing was flushed on its account.
            Files.copy(folder.resolve("tokens.db"), copy);
            Files.copy(folder.resolve("tokens.db-wal"), folder.resolve("copy.db-wal"));
        } finally {
            threads.shutdownNow();
        }
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + copy);
                Statement statement = other.createStatement()) {
            assertThat(statement.executeQuery("SELECT count(*) FROM token").getInt(1))
                    .isEqualTo(2000);
        }
    }

    @Test
    void aSerialNumberIsKeptOnce() throws Exception {
        try (TokenArchive archive = archive()) {
            archive.keep(token(1));
            assertThatThrownBy(() -> archive.keep(token(1)))
                    .isInstanceOf(ArchiveUnavailable.class)
                    .hasMessageContaining("UNIQUE");
            archive.keep(token(2));
            assertThat(archive.find(between(TIME, TIME.plusSeconds(9), Optional.empty())))
                    .hasSize(2);
        }
    }

    @Test
    void oneProcessAtATimeOwnsIt() throws Exception {
        try (TokenArchive archive = archive()) {
            archive.keep(token(1));
            assertThatThrownBy(this::archive)
                    .isInstanceOf(ArchiveUnavailable.class)
                    .hasMessageContaining("locked");
        }
        archive().close();
    }

    @Test
    void aFailureIsToldAndTheArchiveServesAgainWhenItHasPassed() throws Exception {
        Path blocked = folder.resolve("blocked");
        Files.writeString(blocked, "a file where a folder should be");
        assertThatThrownBy(() -> TokenArchive.open(blocked.resolve("tokens.db")))
                .isInstanceOf(ArchiveUnavailable.class)
                .hasMessageContaining("make room on the disk");
    }

    @Test
    void nothingCountsAsKeptInAFileThatWasRemovedOrMovedAway() throws Exception {
        Path file = folder.resolve("tokens.db");
        Path away = folder.resolve("away.db");
        try (TokenArchive archive = archive()) {
            archive.keep(token(1));
            Files.move(file, away);

            assertThatThrownBy(() -> archive.keep(token(2)))
                    .isInstanceOf(ArchiveUnavailable.class)
                    .hasMessageContaining("moved away");
            assertThatThrownBy(() -> archive.keep(token(3))).hasMessageContaining("put it back, or restart");
            assertThatThrownBy(() -> archive.find(Search.forSerialNumber(BigInteger.ONE)))
                    .isInstanceOf(ArchiveUnavailable.class);
            assertThat(file).doesNotExist();

            Files.move(away, file);
            archive.keep(token(4));
            assertThat(archive.find(Search.forSerialNumber(BigInteger.ONE))).containsExactly(token(1));
        }
        try (TokenArchive archive = archive()) {
            assertThat(archive.find(Search.forSerialNumber(BigInteger.valueOf(4))))
                    .containsExactly(token(4));
        }
    }

    @Test
    void aTimeBeyondTheMillisecondsThatCanBeCountedIsRefusedBeforeTheArchiveIsAsked() {
        assertThatThrownBy(() -> between(Instant.MIN, TIME, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> between(TIME, Instant.MAX, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsOlderThanItsTimeIsRemovedAndNothingElse() throws Exception {
        try (TokenArchive archive = archive()) {
            for (int i = 1; i <= 1200; i++) {
                archive.keep(token(i));
            }
            assertThat(archive.removeBefore(TIME.plusSeconds(1101))).isEqualTo(1100);
            assertThat(archive.removeBefore(TIME.plusSeconds(1101))).isZero();
            assertThat(archive.find(between(TIME, TIME.plusSeconds(9999), Optional.empty())))
                    .hasSize(100)
                    .startsWith(token(1101));
        }
    }

    @Test
    void aClosedArchiveKeepsNothing() throws Exception {
        TokenArchive archive = archive();
        archive.close();
        assertThatThrownBy(() -> archive.keep(token(1))).hasMessageContaining("is closed");
    }

    private TokenArchive archive() throws ArchiveUnavailable {
        return TokenArchive.open(folder.resolve("tokens.db"));
    }

    private static Search between(Instant from, Instant until, Optional<String> policy) {
        return new Search(Optional.empty(), Optional.empty(), Optional.of(from), Optional.of(until), policy, 100);
    }

    private static ArchivedToken token(int number) {
        byte[] data = ("file " + number).getBytes(StandardCharsets.UTF_8);
        return new ArchivedToken(
                BigInteger.valueOf(number),
                DigestAlgorithm.SHA256.digest(data),
                TIME.plusSeconds(number),
                "1.2." + number % 2,
                Bytes.of(data));
    }
}
