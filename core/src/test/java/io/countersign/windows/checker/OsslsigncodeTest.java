package io.countersign.windows.checker;

import static io.countersign.fixture.WindowsPki.NOW;
import static io.countersign.windows.WindowsLab.driver;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.catalog.Catalog;
import io.countersign.fixture.CheckerSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TableSample;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.Tool;
import io.countersign.fixture.WindowsPki;
import io.countersign.key.Bytes;
import io.countersign.windows.DenyLists;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.GatherEvidence;
import io.countersign.windows.NamedCatalog;
import io.countersign.x509.RevocationLists;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where osslsigncode answers the question of {@code signtool verify /pa}, it agrees, or docs/disagreements.md says why not. */
class OsslsigncodeTest {
    private static final Path LIST =
            Path.of(System.getProperty("countersign.root")).resolve("docs/disagreements.md");
    /** {@code | `case` | ours | theirs | why |}. */
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\| (\\w+) \\| (\\w+) \\| [^|]{40,} \\|$");

    private static final String THEN = "2026-10-01T00:00:00Z";

    @TempDir
    Path folder;

    /** One question to both. */
    private record Question(Bytes file, List<X509CRL> lists, Optional<Catalog> catalog) {
        static Question of(byte[] file) {
            return new Question(Bytes.of(file), List.of(), Optional.empty());
        }
    }

    @Test
    void disagreementsAreTheListedOnesAndNoOthers() throws Exception {
        Tool theirs = Tool.named("osslsigncode", "osslsigncode");
        Map<String, String> found = new TreeMap<>();
        StringBuilder words = new StringBuilder();
        for (Map.Entry<String, Question> question : questions().entrySet()) {
            boolean ours = weAccept(question.getValue());
            Tool.Run run = theirs(theirs, question.getValue());
            boolean other = run.exitCode() == 0;
            if (ours != other) {
                found.put(question.getKey(), word(ours) + " " + word(other));
                words.append(question.getKey()).append(": ").append(run.output());
            }
        }
        assertThat(found).as(words.toString()).isEqualTo(listed());
    }

    private static Map<String, Question> questions() {
        byte[] ev = WindowsPki.sign(driver(), WindowsPki.CURRENT_EV);
        byte[] stamped = WindowsPki.sign(driver(), WindowsPki.NEW_EV, "2019-01-01T00:00:00Z");
        Map<String, Question> all = new TreeMap<>();
        all.put("unsigned", Question.of(driver()));
        all.put("ev", Question.of(ev));
        all.put("ev-timestamped-expired", Question.of(stamped));
        all.put("ev-expired", Question.of(WindowsPki.sign(driver(), WindowsPki.OLD_EV)));
        all.put("attested", Question.of(WindowsPki.sign(driver(), WindowsPki.ATTESTED, THEN)));
        all.put("nested", Question.of(WindowsPki.sign(ev, WindowsPki.ATTESTED, THEN)));
        all.put("nested-bad", Question.of(WindowsPki.sign(ev, WindowsPki.SELF_SIGNED)));
        all.put(
                "cross-signed",
                Question.of(WindowsPki.sign(driver(), WindowsPki.CROSS_SIGNED_2013, "2014-01-01T00:00:00Z")));
        all.put("sha1", Question.of(CheckerSample.signWithSha1(driver(), WindowsPki.OLD_EV, "2014-01-01T00:00:00Z")));
        all.put("self-signed", Question.of(WindowsPki.sign(driver(), WindowsPki.SELF_SIGNED)));
        all.put("tls-certificate", Question.of(CheckerSample.signUnchecked(driver(), CheckerSample.TLS_SERVER)));
        all.put(
                "lifetime-expired",
                Question.of(WindowsPki.sign(driver(), CheckerSample.LIFETIME, "2019-01-01T00:00:00Z")));
        all.put("changed", Question.of(TableSample.changed(ev, b -> b.put(0x300, (byte) ~b.get(0x300)))));
        all.put(
                "foreign-timestamp",
                Question.of(CheckerSample.signWithForeignTime(driver(), WindowsPki.CURRENT_EV, THEN)));
        all.put(
                "foreign-timestamp-expired",
                Question.of(CheckerSample.signWithForeignTime(driver(), WindowsPki.OLD_EV, "2014-01-01T00:00:00Z")));
        all.put("padding", Question.of(CheckerSample.signWithPadding(driver(), WindowsPki.CURRENT_EV, new byte[] {
            1, 2, 3, 4, 5, 6, 7, 8
        })));
        all.put("appended", Question.of(CheckerSample.signWithAppended(driver(), WindowsPki.CURRENT_EV, new byte[16])));
        all.put("not-revoked", revoked(ev, WindowsPki.NEW_EV, "2020-01-01T00:00:00Z"));
        all.put("revoked", revoked(ev, WindowsPki.CURRENT_EV, THEN));
        all.put("revoked-before-timestamp", revoked(stamped, WindowsPki.NEW_EV, "2018-06-01T00:00:00Z"));
        all.put("revoked-after-timestamp", revoked(stamped, WindowsPki.NEW_EV, "2020-01-01T00:00:00Z"));
        all.put(
                "catalog",
                new Question(
                        Bytes.of(driver()),
                        List.of(),
                        Optional.of(WindowsPki.catalog(driver(), WindowsPki.WHQL, THEN))));
        all.put(
                "catalog-of-another",
                new Question(
                        Bytes.of(WindowsPki.withRightChecksum(
                                TableSample.changed(driver(), b -> b.put(0x300, (byte) 1)))),
                        List.of(),
                        Optional.of(WindowsPki.catalog(driver(), WindowsPki.WHQL, THEN))));
        return all;
    }

    private static Question revoked(byte[] file, SoftwareKey key, String since) {
        X509CRL list = CheckerSample.revoking(WindowsPki.EV_CA, key, Instant.parse(since));
        return new Question(
                Bytes.of(file), List.of(list, CheckerSample.revokingNothing(WindowsPki.EV_ROOT)), Optional.empty());
    }

    private boolean weAccept(Question question) throws IOException {
        GatherEvidence gathering =
                new GatherEvidence(WindowsPki.anchors(), DenyLists.none(), new RevocationLists(question.lists()), NOW);
        FileEvidence evidence = gathering.gather(
                Files.write(folder.resolve("ours.sys"), question.file().toByteArray()),
                question.catalog().map(c -> new NamedCatalog("c.cat", c)).stream()
                        .toList());
        SigntoolOptions options = new SigntoolOptions(
                false, false, false, false, question.catalog().map(c -> "c.cat"));
        CheckerReport report =
                SigntoolVerify.of(SigntoolPolicy.PA).with(options).judge("ours.sys", evidence);
        assertThat(report.verdict()).isIn(CheckerVerdict.ACCEPTED, CheckerVerdict.REFUSED);
        return report.verdict() == CheckerVerdict.ACCEPTED;
    }

    private Tool.Run theirs(Tool tool, Question question) throws IOException, CRLException {
        List<Object> call = new ArrayList<>(List.of(
                "verify",
                "-in",
                Files.write(folder.resolve("theirs.sys"), question.file().toByteArray()),
                "-time",
                NOW.getEpochSecond(),
                "-CAfile",
                TestPki.pem(
                        folder.resolve("roots.pem"),
                        WindowsPki.EV_ROOT.certificate(),
                        WindowsPki.PORTAL_ROOT.certificate()),
                "-TSA-CAfile",
                TestPki.pem(folder.resolve("tsa.pem"), WindowsPki.TIMESTAMP_ROOT.certificate())));
        StringBuilder lists = new StringBuilder();
        for (X509CRL list : question.lists()) {
            lists.append("-----BEGIN X509 CRL-----\n")
                    .append(Base64.getMimeEncoder().encodeToString(list.getEncoded()))
                    .append("\n-----END X509 CRL-----\n");
        }
        if (lists.length() > 0) {
            call.addAll(List.of("-CRLfile", Files.writeString(folder.resolve("crl.pem"), lists)));
        }
        if (question.catalog().isPresent()) {
            byte[] der = question.catalog().get().encoded().toByteArray();
            call.addAll(List.of("-catalog", Files.write(folder.resolve("c.cat"), der)));
        }
        return tool.run(call.toArray());
    }

    private static Map<String, String> listed() throws IOException {
        Map<String, String> listed = new TreeMap<>();
        Matcher rows = ROW.matcher(Files.readString(LIST));
        while (rows.find()) {
            listed.put(rows.group(1), rows.group(2) + " " + rows.group(3));
        }
        return listed;
    }

    private static String word(boolean accepted) {
        return accepted ? "accepts" : "refuses";
    }
}
