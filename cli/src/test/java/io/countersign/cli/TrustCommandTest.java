package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.fixture.TrustListSample;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.x509.DistinguishedNames;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustCommandTest {
    private static final SoftwareKey LAB_ROOT = TestPki.root("Test LAB Root");
    private static final SoftwareKey PUBLISHER = TestPki.issue(LAB_ROOT, "Test LAB Publisher", Kind.CODE_SIGNING);
    private static final X509Certificate OTHER = TestPki.root("Other Root").certificate();

    @TempDir
    private Path folder;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = folder.resolve("home");
        Files.createDirectories(home.resolve("pki"));
        TestPki.pem(home.resolve("pki/lab-root.pem"), LAB_ROOT.certificate());
        TestPki.pem(home.resolve("pki/lab-publisher.pem"), PUBLISHER.certificate());
    }

    private Transcript trust(Object... arguments) {
        return Transcript.of(
                home, Stream.concat(Stream.of("trust"), Stream.of(arguments)).toArray());
    }

    private static String sha1(X509Certificate certificate) throws Exception {
        return DigestAlgorithm.SHA1.digest(certificate.getEncoded()).value().hex();
    }

    @Test
    void whatIsImportedIsListedAndCanBeRemoved() throws Exception {
        Path root = TestPki.pem(folder.resolve("other.pem"), OTHER);
        Path list = Files.write(
                folder.resolve("disallowed"),
                TrustListSample.of(TrustListSample.DISALLOWED)
                        .subject(Bytes.of(new byte[16]))
                        .signed()
                        .toByteArray());

        Transcript imported = trust("import", root, list);
        assertThat(imported.exitCode()).as(imported.err()).isZero();
        assertThat(imported.out())
                .contains("added: Other Root as user-root\n    " + sha1(OTHER))
                .contains(
                        "added: Microsoft's disallowedcert.stl as disallowed; signed by “LAB List Publisher”, whom nothing here vouches");
        assertThat(imported.err()).contains("countersign: reading " + root);
        assertThat(trust("import", root).out()).startsWith("already there: Other Root as user-root");
        assertThat(trust("import", root, "--as", "timestamp-root").out())
                .startsWith("added: Other Root as timestamp-root");

        assertThat(trust("list").out())
                .contains("  user-root               LAB  Test LAB Root, until ")
                .contains(sha1(LAB_ROOT.certificate()) + ", of this home's own lab")
                .contains("  user-root               Other Root, until ")
                .contains(sha1(OTHER) + ", from " + root + ", SHA-256 ")
                .contains("  disallowed              1 entry, made 2026-10-01T00:00:00Z, signed by")
                .contains("  driver-revocation       not supplied (Driver.STL of Code Integrity)");

        assertThat(trust("remove", sha1(OTHER)).out().lines()).hasSize(2).allMatch(l -> l.startsWith("removed: "));
        assertThat(trust("remove", "disallowed").exitCode()).isZero();
        trust("remove", sha1(OTHER)).fails(1, "there is no root, list, revocation list or OCSP response", "trust list");
        trust("remove", sha1(LAB_ROOT.certificate())).fails(1, "always trusted here", "COUNTERSIGN_HOME");
        assertThat(trust("list").out()).doesNotContain("Other Root").doesNotContain("1 entry");
    }

    @Test
    void listAndImportSpeakJson() throws Exception {
        Path root = TestPki.pem(folder.resolve("other.pem"), OTHER);
        JsonNode one = trust("import", "--json", root).json().path("imported").path(0);
        assertThat(one.path("state").asText()).isEqualTo("added");
        assertThat(one.path("thumbprint").asText()).isEqualTo(sha1(OTHER));
        assertThat(one.path("file").asText()).isEqualTo(root.toString());

        JsonNode list = trust("list", "--json").json();
        assertThat(list.path("roots")).hasSize(2);
        assertThat(list.path("roots").path(0).path("lab").asBoolean()).isTrue();
        assertThat(list.path("roots").path(1).path("sha256").asText())
                .isEqualTo(DigestAlgorithm.SHA256
                        .digest(Files.readAllBytes(root))
                        .value()
                        .hex());
        assertThat(list.path("notSupplied"))
                .extracting(JsonNode::asText)
                .containsExactly("root-program", "disallowed", "driver-revocation", "driver-block-list");
    }

    @Test
    void whatCannotBeUsedIsRefusedAndWhatWasDoneBeforeIsTold() throws Exception {
        Path root = TestPki.pem(folder.resolve("other.pem"), OTHER);
        trust("import", root, "--as", "microsoft-root")
                .fails(1, "“Other Root” (" + sha1(OTHER) + ") is no microsoft-root", "import it with --as user-root")
                .saysNothingOnOut();
        assertThat(home.resolve("trust")).doesNotExist();

        Path key = Files.writeString(folder.resolve("key.pem"), "-----BEGIN PRIVATE KEY-----\n");
        Transcript run = trust("import", "--json", root, key).fails(1, "line 1: a private key");
        assertThat(run.json().path("imported")).hasSize(1);
        assertThat(run.json().path("failed").asText()).isEqualTo(key.toString());

        Path bad = Files.writeString(folder.resolve("bad\u001b[2Jname.yaml"), "driverBlockList: 1\n");
        assertThat(trust("import", bad).fails(1, "bad?[2Jname.yaml:1: ").err()).doesNotContain("\u001b");
        Files.writeString(home.resolve("trust/roots/user-root/broken.pem"), "nothing");
        trust("list").fails(2, "broken.pem", "take it out");
    }

    @Test
    void theKitHasCertificatesScriptsAndTheWholeTruth() throws Exception {
        TestPki.pem(home.resolve("pki/lab-timestamp-root.pem"), OTHER);
        Path kit = folder.resolve("kit");

        Transcript run = trust("export-kit", "-o", kit);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("lab-root.cer, lab-timestamp-root.cer, lab-publisher.cer, install.ps1, undo.ps1");
        assertThat(PemCertificates.read(kit.resolve("lab-root.cer"))).containsExactly(LAB_ROOT.certificate());
        assertThat(PemCertificates.read(kit.resolve("lab-timestamp-root.cer"))).containsExactly(OTHER);
        assertThat(PemCertificates.read(kit.resolve("lab-publisher.cer"))).containsExactly(PUBLISHER.certificate());

        String install = ascii(kit.resolve("install.ps1"));
        assertThat(commands(install))
                .containsExactly(
                        "$ErrorActionPreference = 'Stop'",
                        importInto("lab-root.cer", "Root"),
                        importInto("lab-timestamp-root.cer", "Root"),
                        importInto("lab-publisher.cer", "TrustedPublisher"));
        assertThat(install).startsWith("#Requires -RunAsAdministrator\r\n");
        assertThat(commands(ascii(kit.resolve("undo.ps1"))))
                .containsExactly(
                        "$ErrorActionPreference = 'Stop'",
                        removeFrom("Root", LAB_ROOT.certificate()),
                        removeFrom("Root", OTHER),
                        removeFrom("TrustedPublisher", PUBLISHER.certificate()));
        assertThat(ascii(kit.resolve("README.txt")))
                .contains(
                        "certutil -addstore Root lab-root.cer\r\n",
                        "certutil -addstore TrustedPublisher lab-publisher.cer")
                .contains("certutil -delstore Root " + sha1(LAB_ROOT.certificate()))
                .contains("bcdedit /set testsigning on", "bcdedit /set testsigning off", "watermark", "Secure Boot")
                .contains("The kernel does not look at these stores", "TEST machine")
                .contains("valid until " + PUBLISHER.certificate().getNotAfter().toInstant());

        assertThat(trust("export-kit", "-o", kit).exitCode()).isZero();
        assertThat(trust("export-kit", "--json", "-o", kit).json().path("files"))
                .hasSize(6);
    }

    private static String importInto(String file, String store) {
        return "Import-Certificate -FilePath (Join-Path $PSScriptRoot '" + file
                + "') -CertStoreLocation Cert:\\LocalMachine\\" + store;
    }

    private static String removeFrom(String store, X509Certificate certificate) throws Exception {
        return "Get-ChildItem -Path Cert:\\LocalMachine\\" + store + " | Where-Object { $_.Thumbprint -eq '"
                + sha1(certificate) + "' } | Remove-Item";
    }

    /** Whatever is not a comment. */
    private static List<String> commands(String script) {
        return script.lines().filter(line -> !line.startsWith("#")).toList();
    }

    /** A text that Windows PowerShell reads as what it is: ASCII, lines ended by CR LF. */
    private static String ascii(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        assertThat(text).matches(Pattern.compile("([ -~]*\\r\\n)+"));
        return text;
    }

    @Test
    void aHostileNameStaysInItsComment() throws Exception {
        String name = "Evil\\0D\\0ARemove-Item C: LAB ”ß";
        X509Certificate evil = TestPki.root(name).certificate();
        assertThat(evil.getSubjectX500Principal().getName()).contains("Remove-Item");
        Path kit = folder.resolve("kit");

        TrustKit.write(kit, evil, Optional.empty(), PUBLISHER.certificate());
        assertThat(DistinguishedNames.commonName(evil)).contains("?");
        assertThat(commands(ascii(kit.resolve("install.ps1")))).hasSize(3).noneMatch(l -> l.contains("Remove-Item"));
        ascii(kit.resolve("README.txt"));
    }

    @Test
    void aKitNeedsALabAndAFolder() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        trust("export-kit", "-o", file).fails(2, "is a file", "name the folder");
        Files.delete(home.resolve("pki/lab-publisher.pem"));
        trust("export-kit", "-o", folder.resolve("kit")).fails(3, "lab-publisher.pem is missing", "hsm init");
        assertThat(folder.resolve("kit")).doesNotExist();
    }
}
