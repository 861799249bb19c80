package io.countersign.tsa;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.TimestampServing;
import io.countersign.hsm.KeySelfTest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.timestamp.Refusal;
import io.countersign.timestamp.TestTsa;
import io.countersign.timestamp.TimestampAnswer;
import io.countersign.timestamp.TimestampAnswer.Issued;
import io.countersign.timestamp.TimestampAnswer.Rejected;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.timestamp.TimestampRequest;
import io.countersign.tsa.archive.Search;
import io.countersign.tsa.archive.TokenArchive;
import io.countersign.tsa.clock.ClockPolicy;
import io.countersign.tsa.clock.ClockWatch;
import io.countersign.tsa.journal.IssueJournal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeskTest {
    private static final byte[] QUERY = new TimestampRequest(
                    DigestAlgorithm.SHA256.digest(new byte[1]), Optional.empty(), true, Optional.empty())
            .encode();

    @TempDir
    private Path folder;

    private final MachineClock clock = new MachineClock(TestTsa.clock(), System::nanoTime);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private TokenArchive archive;
    private IssueJournal journal;
    private Desk desk;

    @BeforeEach
    void open() throws Exception {
        archive = TokenArchive.open(folder.resolve("state").resolve("timestamps.db"));
        journal = new IssueJournal(folder.resolve("log"));
        desk = desk(TestTsa.key());
    }

    private Desk desk(SigningKey key) throws Exception {
        TimestampAuthority authority = new TimestampAuthority("LAB", key, clock.wall());
        ServedAuthority served = new ServedAuthority(
                authority,
                URI.create("http://127.0.0.1/"),
                key.chain(),
                new KeySelfTest(key),
                TimestampServing.DEFAULT,
                new ClockWatch(clock.wall(), clock.nanos(), ClockPolicy.stepsOnly(Duration.ofDays(1))));
        Measures measures = new Measures(registry, served, archive, CertificateEnd.of(key.chain(), clock.wall()));
        return new Desk(authority, archive, journal, clock, measures);
    }

    @AfterEach
    void close() throws Exception {
        archive.close();
        journal.close();
    }

    @Test
    void aTokenIsKeptAndWrittenDownBeforeItIsGiven() throws Exception {
        Issued issued = (Issued) desk.answer(QUERY, "192.0.2.7");

        assertThat(archive.find(Search.forSerialNumber(issued.serialNumber())))
                .singleElement()
                .satisfies(kept -> assertThat(kept.token()).isEqualTo(issued.token()));
        assertThat(lines())
                .singleElement()
                .asString()
                .contains(
                        "\"outcome\":\"issued\"",
                        "\"remote\":\"192.0.2.7\"",
                        issued.serialNumber().toString(16),
                        issued.imprint().toString(),
                        issued.policy());
        assertThat(registry.get("countersign.tsa.answers")
                        .tag("outcome", "issued")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("countersign.tsa.certificate.days.remaining")
                        .gauge()
                        .value())
                .isBetween(300.0, 366.0);
        assertKeyUses(1, 0);
    }

    @Test
    void aKeyThatDoesNotSignIsCountedAndAQueryThatIsRefusedBeforeIsNot() throws Exception {
        Desk failing = desk(TestTsa.broken(KeyUnavailable.permanently("the token is gone", null)));

        assertSystemFailure("cannot sign now", failing.answer(QUERY, "192.0.2.7"));
        failing.answer(new byte[] {1, 2, 3}, "192.0.2.7");

        assertKeyUses(0, 1);
    }

    @Test
    void withoutAnArchiveNoTokenIsGiven() throws Exception {
        archive.close();

        assertSystemFailure("cannot keep", desk.answer(QUERY, "192.0.2.7"));
        assertKeyUses(1, 0);
        assertThat(lines()).singleElement().asString().contains("\"outcome\":\"systemFailure\"");
    }

    @Test
    void withoutAJournalNoTokenIsGiven() throws Exception {
        Files.writeString(folder.resolve("log"), "a file where the folder should be");

        assertSystemFailure("cannot write its journal", desk.answer(QUERY, "192.0.2.7"));
    }

    @Test
    void aRefusalHasItsLineToo() throws Exception {
        desk.answer(new byte[] {1, 2, 3}, "192.0.2.7");

        assertThat(lines()).singleElement().asString().contains("\"outcome\":\"badDataFormat\"", "192.0.2.7");
    }

    @Test
    void aJournalThatWasMovedAwayIsBegunAnewAndHalfALineSpoilsNoOther() throws Exception {
        desk.answer(QUERY, "192.0.2.7");
        Path file = journalOfToday();
        Files.move(file, folder.resolve("rotated"));
        desk.answer(QUERY, "192.0.2.8");
        assertThat(lines()).singleElement().asString().contains("192.0.2.8");

        journal.close();
        Files.writeString(file, "{\"time\":\"20", StandardOpenOption.APPEND);
        desk.answer(QUERY, "192.0.2.9");
        assertThat(lines()).hasSize(3).last().asString().startsWith("{").contains("192.0.2.9");
    }

    @Test
    void journalsOfDaysLongGoneAreRemovedAndNothingElse() throws Exception {
        desk.answer(QUERY, "192.0.2.7");
        LocalDate today = LocalDate.ofInstant(clock.wall().instant(), ZoneOffset.UTC);
        Path log = folder.resolve("log");
        Files.writeString(log.resolve("timestamps-" + today.minusDays(2) + ".jsonl"), "{}\n");
        Files.writeString(log.resolve("timestamps-of-somebody.jsonl"), "{}\n");

        assertThat(journal.removeBefore(today.minusDays(1))).isEqualTo(1);
        try (Stream<Path> left = Files.list(log)) {
            assertThat(left.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder("timestamps-" + today + ".jsonl", "timestamps-of-somebody.jsonl");
        }
    }

    private void assertKeyUses(int signed, int failed) {
        assertThat(registry.get("countersign.tsa.key.uses")
                        .tag("outcome", "signed")
                        .counter()
                        .count())
                .isEqualTo(signed);
        assertThat(registry.get("countersign.tsa.key.uses")
                        .tag("outcome", "failed")
                        .counter()
                        .count())
                .isEqualTo(failed);
    }

    private List<String> lines() throws Exception {
        return Files.readAllLines(journalOfToday());
    }

    private Path journalOfToday() {
        LocalDate today = LocalDate.ofInstant(clock.wall().instant(), ZoneOffset.UTC);
        return folder.resolve("log").resolve("timestamps-" + today + ".jsonl");
    }

    private static void assertSystemFailure(String words, TimestampAnswer answer) {
        assertThat(answer).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.refusal()).isEqualTo(Refusal.SYSTEM_FAILURE);
            assertThat(rejected.text()).contains(words);
        });
    }
}
