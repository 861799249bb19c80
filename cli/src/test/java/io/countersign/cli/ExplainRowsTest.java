package io.countersign.cli;

import static io.countersign.fixture.WindowsPki.sign;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.catalog.Catalog;
import io.countersign.fixture.CheckerSample;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TableSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where checkers disagree about the same file: what {@code explain} prints of each such file, by the row it is of. */
class ExplainRowsTest {
    private static final String THEN = "2026-10-01T00:00:00Z";
    private static final String MACHINE = "windows-11-23h2,secureboot=on,hvci=off,upgraded=no";
    private static final byte[] DRIVER =
            WindowsPki.withRightChecksum(PeSample.plus().toByteArray());

    @TempDir
    private Path folder;

    /**
     * A row.
     *
     * @param says the loader's rule, then of signtool /pa, signtool /kp, sigcheck, its old reading, and sigverif: + accepts, !
     *     warns, - refuses
     */
    record Row(String name, Bytes file, Optional<Catalog> catalog, Optional<Revoked> revoked, String at, String says) {
        Row(String name, byte[] file, String says) {
            this(name, Bytes.of(file), Optional.empty(), Optional.empty(), WindowsPki.NOW.toString(), says);
        }

        Row with(Catalog installed) {
            return new Row(name, file, Optional.of(installed), revoked, at, says);
        }

        Row with(SoftwareKey key, String since) {
            return new Row(name, file, catalog, Optional.of(new Revoked(key, Instant.parse(since))), at, says);
        }

        Row askedAt(String time) {
            return new Row(name, file, catalog, revoked, time, says);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    record Revoked(SoftwareKey key, Instant since) {}

    static Stream<Row> rows() {
        byte[] attested = sign(DRIVER, WindowsPki.ATTESTED, THEN);
        Catalog ofAttested = WindowsPki.catalog(DRIVER, WindowsPki.ATTESTED, THEN);
        byte[] changed = WindowsPki.withRightChecksum(
                TableSample.changed(sign(DRIVER, WindowsPki.WHQL), b -> b.put(0x300, (byte) ~b.get(0x300))));
        return Stream.of(
                new Row(
                        "EV primary and a nested attested signature",
                        sign(sign(DRIVER, WindowsPki.NEW_EV, "2019-01-01T00:00:00Z"), WindowsPki.ATTESTED, THEN),
                        "LOAD_ATTESTED + - + ! -"),
                new Row(
                        "cross-signed after the cut-off and a nested attested signature",
                        sign(
                                sign(DRIVER, WindowsPki.CROSS_SIGNED_2018, "2019-01-01T00:00:00Z"),
                                WindowsPki.ATTESTED,
                                THEN),
                        "LOAD_ATTESTED + + + ! -"),
                new Row(
                        "cross-signed, leaf of 2013, SHA-1, timestamped",
                        CheckerSample.signWithSha1(DRIVER, WindowsPki.CROSS_SIGNED_2013, "2014-01-01T00:00:00Z"),
                        "LOAD_CROSS_GRANDFATHERED + + + ! -"),
                new Row(
                        "cross-signed in 2016 by a leaf reissued with its date of 2013",
                        sign(DRIVER, WindowsPki.CROSS_SIGNED_2013, "2016-03-01T00:00:00Z"),
                        "LOAD_CROSS_GRANDFATHERED + + + ! -"),
                new Row("attested, its leaf expired since", attested, "LOAD_ATTESTED + + + ! +")
                        .with(ofAttested)
                        .askedAt("2028-01-01T00:00:00Z"),
                new Row("WHQL by a SHA-1 member of a catalog", DRIVER, "LOAD_WHQL - - + ! +")
                        .with(WindowsPki.catalog(DRIVER, DigestAlgorithm.SHA1, WindowsPki.WHQL, THEN)),
                new Row(
                                "EV, revoked, expired, not timestamped",
                                sign(DRIVER, WindowsPki.OLD_EV),
                                "LOAD_NO_MS_ROOT - - - - -")
                        .with(WindowsPki.OLD_EV, "2015-01-01T00:00:00Z"),
                new Row(
                                "EV, revoked after the timestamp",
                                sign(DRIVER, WindowsPki.CROSS_SIGNED_2018, "2019-01-01T00:00:00Z"),
                                "LOAD_CROSS_AFTER_CUTOFF + + + ! -")
                        .with(WindowsPki.NEW_EV, "2019-01-01T00:00:01Z"),
                new Row(
                                "EV, revoked before the timestamp",
                                sign(DRIVER, WindowsPki.CROSS_SIGNED_2018, "2019-01-01T00:00:00Z"),
                                "LOAD_CROSS_AFTER_CUTOFF - - - - -")
                        .with(WindowsPki.NEW_EV, "2019-01-01T00:00:00Z"),
                new Row(
                        "a TLS certificate without code signing",
                        CheckerSample.signUnchecked(DRIVER, CheckerSample.TLS_SERVER),
                        "LOAD_NO_MS_ROOT - - - - -"),
                new Row(
                        "data behind the certificate table, and a wrong CheckSum",
                        CheckerSample.signWithAppended(DRIVER, WindowsPki.CURRENT_EV, new byte[16]),
                        "LOAD_PE_CHECKSUM + - + + -"),
                new Row(
                        "lifetime signing, timestamped and expired",
                        sign(DRIVER, CheckerSample.LIFETIME, "2019-01-01T00:00:00Z"),
                        "LOAD_NO_MS_ROOT - - - - -"),
                new Row(
                        "padding that is not zero",
                        CheckerSample.signWithPadding(DRIVER, WindowsPki.WHQL, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}),
                        "LOAD_WHQL + + + + -"),
                new Row("one byte changed", changed, "LOAD_BAD_DIGEST - - - - -")
                        .with(WindowsPki.catalog(DRIVER, WindowsPki.WHQL, THEN)),
                new Row("in-box, by a catalog only", DRIVER, "LOAD_INBOX - - + ! +")
                        .with(WindowsPki.catalog(DRIVER, WindowsPki.IN_BOX, THEN)),
                new Row("EV alone", sign(DRIVER, WindowsPki.CURRENT_EV), "LOAD_NO_MS_ROOT + - + + -"),
                new Row(
                        "EV alone, timestamped by an independent authority",
                        sign(DRIVER, WindowsPki.CURRENT_EV, THEN),
                        "LOAD_NO_MS_ROOT + - + ! -"),
                new Row("the teacup", attested, "LOAD_ATTESTED + + + ! +").with(ofAttested));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void explainPrintsTheRow(Row row) throws Exception {
        Path home = LabHome.in(folder);
        Path file = Files.write(folder.resolve("driver.sys"), row.file().toByteArray());
        List<Object> arguments =
                new ArrayList<>(List.of("explain", "--json", "--at", row.at(), "--machine", MACHINE, file));
        if (row.catalog().isPresent()) {
            byte[] catalog = row.catalog().get().encoded().toByteArray();
            arguments.addAll(List.of("--catalog", Files.write(folder.resolve("driver.cat"), catalog)));
        }
        if (row.revoked().isPresent()) {
            Revoked revoked = row.revoked().get();
            byte[] crl = CheckerSample.revoking(WindowsPki.EV_CA, revoked.key(), revoked.since())
                    .getEncoded();
            Transcript imported = Transcript.of(home, "trust", "import", Files.write(folder.resolve("ca.crl"), crl));
            assertThat(imported.exitCode()).as(imported.err()).isZero();
        }

        Transcript explained = Transcript.of(home, arguments.toArray());

        assertThat(says(explained.json().at("/files/0"))).isEqualTo(row.says());
    }

    private static String says(JsonNode file) {
        List<String> answers = new ArrayList<>(List.of(file.at("/loader/0/rule").asText()));
        for (String name : List.of("pa", "kp", "sigcheck", "sigcheck-old", "sigverif")) {
            for (JsonNode checker : file.get("checkers")) {
                if (checker.get("id").asText().equals(name)) {
                    answers.add(
                            switch (checker.get("verdict").asText()) {
                                case "accepted" -> "+";
                                case "warned" -> "!";
                                case "refused" -> "-";
                                default -> checker.get("verdict").asText();
                            });
                }
            }
        }
        return String.join(" ", answers);
    }
}
