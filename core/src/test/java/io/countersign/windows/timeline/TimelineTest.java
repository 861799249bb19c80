package io.countersign.windows.timeline;

import static io.countersign.fixture.WindowsPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.countersign.catalog.Catalog;
import io.countersign.fixture.CheckerSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.WindowsPki;
import io.countersign.windows.DenyLists;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.FileReading;
import io.countersign.windows.GatherEvidence;
import io.countersign.windows.KernelLoader;
import io.countersign.windows.LoadAnswer;
import io.countersign.windows.Machine;
import io.countersign.windows.NamedCatalog;
import io.countersign.windows.UnfitMachine;
import io.countersign.windows.WindowsLab;
import io.countersign.windows.checker.Checker;
import io.countersign.windows.checker.CheckerVerdict;
import io.countersign.windows.checker.TrustSettings;
import io.countersign.windows.timeline.Event.Kind;
import io.countersign.windows.timeline.Row.Answer;
import io.countersign.windows.timeline.Row.Span;
import io.countersign.x509.RevocationLists;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimelineTest {
    private static final byte[] DRIVER = WindowsLab.driver();
    private static final List<Checker> CHECKERS = Checker.all(TrustSettings.defaults());

    @TempDir
    private Path folder;

    private final List<NamedCatalog> catalogs = new ArrayList<>();

    private FileReading read(byte[] content) throws IOException {
        return FileReading.of(Files.write(folder.resolve("driver.sys"), content));
    }

    private static GatherEvidence gathering(X509CRL... lists) {
        return new GatherEvidence(WindowsPki.anchors(), DenyLists.none(), new RevocationLists(List.of(lists)), NOW);
    }

    private static List<Machine> machines() throws UnfitMachine {
        return List.of(
                Machine.parse("windows-7,sha2=yes"), Machine.parse("windows-11-24h2,secureboot=on,driver-policy=off"));
    }

    private Timeline timeline(byte[] content, GatherEvidence gathering) throws IOException, UnfitMachine {
        return Timeline.of(gathering, read(content), "driver.sys", catalogs, machines(), CHECKERS);
    }

    private static List<Span> spans(Timeline timeline, String id) {
        return timeline.rows().stream()
                .filter(r -> r.id().equals(id))
                .findFirst()
                .orElseThrow()
                .spans();
    }

    private static Instant end(SoftwareKey key) {
        return key.certificate().getNotAfter().toInstant();
    }

    @Test
    void withoutATimestampTheAnswerEndsASecondAfterTheCertificate() throws Exception {
        Instant end = end(WindowsPki.CURRENT_EV);

        Timeline timeline = timeline(WindowsPki.sign(DRIVER, WindowsPki.CURRENT_EV), gathering());

        assertThat(timeline.stamped()).isFalse();
        assertThat(timeline.made())
                .isEqualTo(WindowsPki.CURRENT_EV.certificate().getNotBefore().toInstant());
        assertThat(spans(timeline, "pa"))
                .extracting(Span::from, Span::answer)
                .containsExactly(tuple(timeline.made(), Answer.ACCEPTS), tuple(end.plusSeconds(1), Answer.REFUSES));
        assertThat(spans(timeline, "pa").get(1).rule()).contains("WINTRUST_EXPIRED");
        assertThat(timeline.events())
                .contains(new Event(end, Kind.EXPIRES, "“LAB-PAST Publisher 2026” expires"))
                .contains(new Event(NOW, Kind.ASKED, "the time asked about"));
    }

    @Test
    void withAGoodTimestampItStays() throws Exception {
        Instant made = Instant.parse("2026-10-01T00:00:00Z");

        Timeline timeline = timeline(WindowsPki.sign(DRIVER, WindowsPki.ATTESTED, made.toString()), gathering());

        assertThat(timeline.stamped()).isTrue();
        assertThat(timeline.made()).isEqualTo(made);
        assertThat(timeline.rows())
                .hasSize(8)
                .allSatisfy(r -> assertThat(r.spans())
                        .singleElement()
                        .satisfies(s -> assertThat(s.from()).isEqualTo(made)));
        assertThat(timeline.bars())
                .extracting(Bar::path, Bar::name, Bar::anchor)
                .contains(
                        tuple("primary signature, its timestamp", "LAB-PAST Timestamp Authority", false),
                        tuple("primary signature, its timestamp", "LAB-PAST Timestamp Root", true));
        assertThat(timeline.left()).isZero();
    }

    @Test
    void revocationCountsFromItsDay() throws Exception {
        Instant since = Instant.parse("2026-08-01T00:00:00Z");
        X509CRL list = CheckerSample.revoking(WindowsPki.EV_CA, WindowsPki.CURRENT_EV, since);

        Timeline bare = timeline(WindowsPki.sign(DRIVER, WindowsPki.CURRENT_EV), gathering(list));
        Timeline before =
                timeline(WindowsPki.sign(DRIVER, WindowsPki.CURRENT_EV, "2026-07-01T00:00:00Z"), gathering(list));

        assertThat(spans(bare, "pa"))
                .extracting(s -> s.from() + " " + s.answer() + " " + s.rule().orElse(""))
                .containsExactly("2026-06-01T00:00:00Z ACCEPTS ", since + " REFUSES WINTRUST_REVOKED");
        assertThat(bare.events())
                .contains(new Event(since, Kind.REVOKED, "“LAB-PAST Publisher 2026” is revoked: key compromise"));
        assertThat(spans(before, "pa")).extracting(Span::answer).containsExactly(Answer.ACCEPTS);
        assertThat(before.events()).extracting(Event::kind).contains(Kind.REVOKED);
    }

    @Test
    void theCutOffIsShownForCrossSignedDriversOnly() throws Exception {
        Timeline old =
                timeline(WindowsPki.sign(DRIVER, WindowsPki.CROSS_SIGNED_2013, "2014-01-01T00:00:00Z"), gathering());
        Timeline attested = timeline(WindowsPki.sign(DRIVER, WindowsPki.ATTESTED), gathering());

        assertThat(old.events())
                .filteredOn(e -> e.kind() == Kind.CUT_OFF)
                .extracting(Event::time)
                .containsExactly(Instant.parse("2015-07-29T00:00:00Z"));
        assertThat(old.bars()).extracting(Bar::path).contains("primary signature, its signer to the kernel");
        assertThat(attested.events()).extracting(Event::kind).doesNotContain(Kind.CUT_OFF);
    }

    /** What is between events is as at the event before: nothing that has a time was overlooked. */
    @Test
    void atAnyTimeItSaysWhatIsSaidWhenAskedThen() throws Exception {
        X509CRL list =
                CheckerSample.revoking(WindowsPki.EV_CA, WindowsPki.NEW_EV, Instant.parse("2019-05-01T00:00:00Z"));
        byte[] nested = WindowsPki.sign(
                WindowsPki.sign(DRIVER, WindowsPki.CROSS_SIGNED_2018, "2019-01-01T00:00:00Z"), WindowsPki.CURRENT_EV);
        Catalog catalog = WindowsPki.catalog(DRIVER, WindowsPki.LIFETIME, "2026-10-01T00:00:00Z");
        catalogs.add(new NamedCatalog("driver.cat", catalog));
        Random random = new Random(20261101);
        int changes = 0;
        for (byte[] content : List.of(
                nested,
                WindowsPki.sign(DRIVER, WindowsPki.CROSS_SIGNED_2018),
                WindowsPki.sign(DRIVER, WindowsPki.LIFETIME, "2026-10-01T00:00:00Z"),
                CheckerSample.signWithMicrosoftTime(DRIVER, CheckerSample.LIFETIME, "2019-06-01T00:00:00Z"))) {
            Timeline timeline = timeline(content, gathering(list));
            List<Instant> times = new ArrayList<>();
            for (Event event : timeline.events()) {
                times.addAll(List.of(
                        event.time().minusSeconds(1),
                        event.time(),
                        event.takesEffect(),
                        event.time().plusSeconds(60)));
            }
            for (int i = 0; i < 10; i++) {
                times.add(timeline.made().plus(Duration.ofDays(random.nextInt(8000))));
            }
            times.removeIf(t -> t.isBefore(timeline.made()));
            FileReading reading = read(content);
            for (Instant time : times) {
                FileEvidence then = gathering(list).at(time).gather(reading, catalogs);
                assertThat(timeline.rows())
                        .allSatisfy(row -> assertThat(row.at(time).orElseThrow().answer())
                                .as("%s at %s", row.title(), time)
                                .isEqualTo(asked(row, then)));
            }
            changes +=
                    timeline.rows().stream().mapToInt(r -> r.spans().size() - 1).sum();
        }
        assertThat(changes).isGreaterThan(10);
    }

    private static Answer asked(Row row, FileEvidence then) {
        if (row.machine().isPresent()) {
            LoadAnswer answer = new KernelLoader().judge(then, row.machine().get());
            return answer instanceof LoadAnswer.Loads
                    ? Answer.ACCEPTS
                    : answer instanceof LoadAnswer.Blocked ? Answer.REFUSES : Answer.UNKNOWN;
        }
        CheckerVerdict verdict = CHECKERS.stream()
                .filter(c -> c.id().equals(row.id()))
                .findFirst()
                .orElseThrow()
                .judge("driver.sys", then)
                .verdict();
        return switch (verdict) {
            case ACCEPTED -> Answer.ACCEPTS;
            case WARNED -> Answer.WARNS;
            case REFUSED -> Answer.REFUSES;
            case UNKNOWN -> Answer.UNKNOWN;
            case NOT_APPLICABLE -> Answer.NOT_APPLICABLE;
        };
    }

    @Test
    void tooManyEventsAreLeftAndCounted() throws Exception {
        byte[] content = WindowsPki.sign(DRIVER, WindowsPki.CROSS_SIGNED_2018);

        Timeline whole = timeline(content, gathering());
        Timeline cut = Timeline.of(gathering(), read(content), "driver.sys", List.of(), machines(), CHECKERS, 3);

        assertThat(whole.left()).isZero();
        assertThat(cut.left()).isPositive();
        assertThat(cut.rows()).allSatisfy(r -> assertThat(r.spans()).hasSizeLessThanOrEqualTo(3));
    }

    @Test
    void whatHasNoSignatureHasOneAnswerForAllTimes() throws Exception {
        for (byte[] content : List.of(DRIVER, "text".getBytes(StandardCharsets.UTF_8))) {
            Timeline timeline = timeline(content, gathering());

            assertThat(timeline.events()).extracting(Event::kind).containsExactly(Kind.ASKED);
            assertThat(timeline.bars()).isEmpty();
            assertThat(timeline.made()).isEqualTo(NOW);
            assertThat(timeline.rows())
                    .hasSize(8)
                    .allSatisfy(r -> assertThat(r.spans()).hasSize(1));
        }
    }
}
