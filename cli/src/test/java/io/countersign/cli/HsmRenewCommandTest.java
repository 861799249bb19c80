package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.PeSample;
import io.countersign.fixture.Tool;
import io.countersign.hsm.OlderHome;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A home an older version made, with a file signed in it, renewed; OpenSSL judges. */
class HsmRenewCommandTest {
    private static final String BASE = "http://127.0.0.1:3161/ca/";
    private static final List<String> RENEWED = List.of("lab-ev-ca", "lab-publisher", "lab-tsa");
    private static final List<String> RESPONDERS = List.of("lab-status", "lab-status-root", "lab-status-timestamp");

    @TempDir
    private static Path older;

    private static Path signed;

    @TempDir
    private Path folder;

    @BeforeAll
    static void make() throws Exception {
        signed = older.resolve("signed.sys");
        OlderHome.make(older.resolve("home"));
        try (OtherProcess line = OtherProcess.in(older.resolve("home"))) {
            good(line, "sign", PeSample.plus().writeTo(older.resolve("a.sys")), "-o", signed);
        }
    }

    @Test
    void anOlderHomeIsBroughtUpToDateAndWhatWasSignedBeforeStaysGood() throws Exception {
        Path home = copy();
        String configuration = Files.readString(home.resolve("countersign.yaml"))
                .replace("    local: true\n", "    local: true # for tests\n");
        Files.writeString(home.resolve("countersign.yaml"), configuration);
        String usage = usageEnd(home);
        String publisher = serial(home, "lab-publisher");
        int uses = certificatesSigned(home);

        try (OtherProcess line = OtherProcess.in(home)) {
            good(line, "hsm", "init"); // It has moved.
            assertThat(good(line, "hsm", "renew").err())
                    .contains("token countersign-status", "certificate lab-tsa.pem: the old one did not point to")
                    .contains("new revocation list of lab-ev-ca");
        }

        for (String name : RENEWED) {
            assertThat(text(home, name)).contains("CA Issuers - URI:" + BASE, "OCSP - URI:" + BASE + "ocsp", ".crl");
        }
        for (String name : RESPONDERS) {
            assertThat(text(home, name)).contains("CA Issuers - URI:" + BASE, "OCSP No Check", ".crl");
        }
        assertThat(crlCheck(home, "lab-root", "lab-publisher")).contains("lab-publisher.pem: OK");
        assertThat(crlCheck(home, "lab-root", "lab-status")).contains("lab-status.pem: OK");
        assertThat(crlCheck(home, "lab-timestamp-root", "lab-tsa")).contains("lab-tsa.pem: OK");
        assertThat(crlCheck(home, "lab-timestamp-root", "lab-status-timestamp")).contains(".pem: OK");
        assertThat(usageEnd(home)).isEqualTo(usage);
        // Three renewed, three for the responder, and the one it gave itself in its token.
        assertThat(certificatesSigned(home) - uses).isEqualTo(7);
        assertThat(home.resolve("pki/old/lab-publisher-" + publisher + ".pem")).exists();
        assertThat(Files.readString(home.resolve("countersign.yaml")))
                .contains("    local: true # for tests\n", "baseUrl: http://127.0.0.1:3161\n")
                .contains("- name: ev-ca\n    token: signing\n", "- name: timestamp-root\n    token: timestamp\n")
                .doesNotContain("Nothing is served there yet");
        try (Stream<Path> files = Files.list(home)) {
            assertThat(files.filter(f -> f.getFileName().toString().startsWith("countersign-before-"))
                            .toList())
                    .singleElement()
                    .satisfies(file -> assertThat(file).hasContent(configuration));
        }

        Map<String, String> contents = contents(home);
        try (OtherProcess line = OtherProcess.in(home)) {
            assertThat(good(line, "hsm", "renew").out()).contains("needs nothing");
            assertThat(contents(home)).isEqualTo(contents);

            assertThat(good(line, "hsm", "status").out()).contains("token status", "'status'");
            assertThat(good(line, "verify", signed).out()).contains("signed.sys: trusted");
            Path again = folder.resolve("again.sys");
            good(line, "sign", PeSample.plus().writeTo(folder.resolve("b.sys")), "-o", again);
            assertThat(good(line, "verify", again).out()).contains("again.sys: trusted");

            Path enrolment = Files.writeString(folder.resolve("e.yaml"), CaCommandTest.enrolment());
            Path issued = folder.resolve("issued.pem");
            good(line, "ca", "issue", "--enrolment", enrolment, "--key", "lab-publisher", "-o", issued);
            assertThat(good(line, "ca", "list", "--json")
                            .json()
                            .get("certificates")
                            .findValuesAsText("serial"))
                    .contains(publisher, serial(home, "lab-publisher"), serial(issued));
            good(line, "ca", "revoke", publisher, "--reason", "superseded");
            good(line, "ca", "revoke", serial(home, "lab-publisher"), "--reason", "superseded");
            assertThat(good(line, "verify", signed).out()).contains("signed.sys: trusted");
            assertThat(line.run("hsm", "renew").err()).contains("lab-publisher.pem is revoked, and stays as it is");
        }
        assertThat(crlCheck(home, "lab-root", "lab-publisher")).contains("certificate revoked");
    }

    @Test
    void killedAtAnyMomentTheHomeWorksAndTheNextRunCompletesIt() throws Exception {
        Path home = copy();
        try (OtherProcess line = OtherProcess.in(home)) {
            good(line, "hsm", "init");
            Map<String, String> before = works(home);
            line.diesAt("certificate lab-tsa.pem", "hsm", "renew");
            assertThat(works(home)).isEqualTo(before);
        }
        try (OtherProcess line = OtherProcess.in(home)) {
            line.diesAt("all is made", "hsm", "renew");
        }
        assertThat(home.resolve("secrets/countersign-status.pin")).doesNotExist();
        try (OtherProcess line = OtherProcess.in(home)) {
            line.diesAt("pki/lab-ev-ca.pem is in place", "hsm", "renew");
        }
        String authority = serial(home, "lab-ev-ca");
        assertThat(home.resolve("secrets/countersign-status.pin")).exists();
        assertThat(text(home, "lab-publisher")).doesNotContain("URI:");
        try (OtherProcess line = OtherProcess.in(home)) {
            Path half = folder.resolve("half.sys");
            good(line, "sign", PeSample.plus().writeTo(folder.resolve("a.sys")), "-o", half);
            assertThat(good(line, "verify", half).out()).contains("half.sys: trusted");

            assertThat(good(line, "hsm", "renew").out()).contains("renewed ");
        }

        assertThat(serial(home, "lab-ev-ca")).isEqualTo(authority);
        try (OtherProcess line = OtherProcess.in(home)) {
            assertThat(good(line, "hsm", "renew").out()).contains("needs nothing");
            good(line, "hsm", "status");
        }
        assertThat(crlCheck(home, "lab-root", "lab-publisher")).contains("lab-publisher.pem: OK");
        try (Stream<Path> left = Files.list(home)) {
            assertThat(left.map(p -> p.getFileName().toString()))
                    .filteredOn(name -> name.startsWith("."))
                    .containsExactly(".ceremony-lock");
        }
        try (Stream<Path> tokens = Files.list(home.resolve("tokens"))) {
            assertThat(tokens).hasSize(4);
        }
    }

    private static Transcript good(OtherProcess line, Object... arguments) throws IOException {
        Transcript run = line.run(arguments);
        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        return run;
    }

    private Path copy() throws IOException {
        Path home = folder.resolve("home");
        try (Stream<Path> tree = Files.walk(older.resolve("home"))) {
            for (Path path : tree.toList()) {
                Files.copy(
                        path,
                        home.resolve(older.resolve("home").relativize(path).toString()),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return home;
    }

    /** Everything by its path. */
    private static Map<String, String> contents(Path home) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(home)) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                contents.put(
                        home.relativize(file).toString(),
                        DigestAlgorithm.SHA256
                                .digest(Files.readAllBytes(file))
                                .value()
                                .hex());
            }
        }
        return contents;
    }

    /** What a home works by: no stages, no journal of its keys, and not the file in which SoftHSM notes each login. */
    private static Map<String, String> works(Path home) throws IOException {
        Map<String, String> contents = contents(home);
        contents.keySet()
                .removeIf(name -> name.startsWith(".") || name.startsWith("log") || name.endsWith("/token.object"));
        return contents;
    }

    private static int certificatesSigned(Path home) throws IOException {
        try (Stream<String> lines = Files.lines(home.resolve("log/key-use.jsonl"))) {
            return (int) lines.filter(line -> line.contains("\"CERTIFICATE\"")).count();
        }
    }

    /** The ends of the use of the timestamp authority's key and of its certificate. */
    private static String usageEnd(Path home) {
        return text(home, "lab-tsa")
                .lines()
                .filter(line -> line.contains("Not After"))
                .map(String::strip)
                .map(line -> line.replaceFirst("Not Before: .*?, ", ""))
                .toList()
                .toString();
    }

    private String crlCheck(Path home, String root, String name) {
        return openssl(
                "verify",
                "-x509_strict",
                "-crl_check_all",
                "-CAfile",
                pem(home, root),
                "-untrusted",
                pem(home, "lab-ev-ca"),
                "-CRLfile",
                list(home, root),
                "-CRLfile",
                list(home, "lab-ev-ca"),
                pem(home, name));
    }

    private Path list(Path home, String authority) {
        Path list = folder.resolve(authority + ".crl.pem");
        openssl("crl", "-inform", "DER", "-in", home.resolve("pki/crl/" + authority + ".crl"), "-out", list);
        return list;
    }

    private static String serial(Path home, String name) {
        return serial(pem(home, name));
    }

    private static String serial(Path certificate) {
        return openssl("x509", "-in", certificate, "-noout", "-serial")
                .strip()
                .replaceFirst("serial=0*", "")
                .toLowerCase(Locale.ROOT);
    }

    private static String text(Path home, String name) {
        return openssl("x509", "-in", pem(home, name), "-noout", "-text");
    }

    private static Path pem(Path home, String name) {
        return home.resolve("pki").resolve(name + ".pem");
    }

    private static String openssl(Object... arguments) {
        return Tool.named("openssl", "openssl").run(arguments).output();
    }
}
