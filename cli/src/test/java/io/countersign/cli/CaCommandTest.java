package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.ca.LabCa;
import io.countersign.ca.RevocationReason;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.Tool;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.hsm.Hsm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab CA through its verbs, with the keys in the token and OpenSSL and osslsigncode as judges. */
class CaCommandTest {
    @TempDir
    private Path folder;

    private Path home;

    @BeforeEach
    void home() throws Exception {
        home = CaHome.in(folder);
    }

    @Test
    void aPublisherRevokedAfterItsTimestampStaysTrustedAndRevokedBeforeItDoesNot() throws Exception {
        Path signed = folder.resolve("signed.sys");
        Transcript signing =
                good("sign", PeSample.plus().overlay(5).writeTo(folder.resolve("a.sys")), "-o", signed, "--json");
        Instant stamped =
                Instant.parse(signing.json().at("/files/0/timestamp/time").textValue());
        good("ca", "refresh");
        assertThat(crlCheck()).contains("lab-publisher.pem: OK");
        assertThat(osslsigncode(signed).exitCode()).isZero();

        // A revocation date is a whole second: the next one after the timestamp is less than a second away.
        while (!Instant.now().truncatedTo(ChronoUnit.SECONDS).isAfter(stamped)) {
            Thread.onSpinWait();
        }
        good("ca", "revoke", serial("lab-publisher"), "--reason", "superseded");

        assertThat(crlCheck()).contains("certificate revoked");
        assertThat(good("verify", signed).out()).contains("signed.sys: trusted");
        assertThat(good("explain", signed).out()).doesNotContain("0x800B010C");
        // OpenSSL, and osslsigncode with it, count whatever a list names, whenever it was revoked:
        // docs/disagreements.md.
        assertThat(osslsigncode(signed).output()).contains("certificate revoked");

        Instant before = stamped.minusSeconds(60).truncatedTo(ChronoUnit.SECONDS);
        good("ca", "revoke", serial("lab-publisher"), "--reason", "keyCompromise", "--date", before);
        assertThat(good("sign", folder.resolve("a.sys"), "-o", folder.resolve("late.sys"))
                        .err())
                .contains("“Countersign LAB Publisher” is revoked since " + before);

        Transcript verdict = Transcript.of(home, "verify", signed);
        assertThat(verdict.exitCode()).isEqualTo(1);
        assertThat(verdict.out())
                .contains("FAILED   x509.revocation", "is revoked since " + before + " (key compromise)");
        assertThat(Transcript.of(home, "explain", signed).out()).contains("0x800B010C");
        assertThat(osslsigncode(signed).exitCode()).isNotZero();
        String list = openssl("crl", "-inform", "DER", "-in", pki("crl/lab-ev-ca.crl"), "-noout", "-text");
        assertThat(list)
                .contains("Version 2 (0x1)", "X509v3 CRL Number", "X509v3 Authority Key Identifier", "Key Compromise")
                .contains("Invalidity Date");
        Transcript.of(home, "ca", "revoke", serial("lab-publisher"), "--reason", "superseded")
                .fails(1, "it is revoked since " + before, "only an earlier date");
    }

    @Test
    void anEnrolmentBecomesACertificateThatSignsAndLinksToItsVetting() throws Exception {
        Path enrolment = Files.writeString(folder.resolve("e.yaml"), enrolment());
        Path certificate = home.resolve("pki/example.pem");

        JsonNode issued = good(
                        "ca", "issue", "--enrolment", enrolment, "--key", "lab-publisher", "-o", certificate, "--json")
                .json();

        String serial = issued.get("serial").textValue();
        assertThat(openssl("x509", "-in", certificate, "-noout", "-text", "-nameopt", "RFC2253"))
                .contains("CN=Example Drivers (LAB),O=Example Drivers,L=Nowhere,C=XX")
                .contains("CPS: http://127.0.0.1:3161/ca/issued/" + serial)
                .contains("Policy: 2.23.140.1.3", "URI:http://127.0.0.1:3161/ca/lab-ev-ca.crl");
        assertThat(openssl(
                        "verify",
                        "-x509_strict",
                        "-explicit_policy",
                        "-policy",
                        "2.23.140.1.3",
                        "-CAfile",
                        pki("lab-root.pem"),
                        "-untrusted",
                        pki("lab-ev-ca.pem"),
                        certificate))
                .contains("example.pem: OK");
        JsonNode record = new ObjectMapper()
                .readTree(home.resolve("pki/issued/" + serial + ".json").toFile());
        assertThat(record.at("/vetting/enrolment").textValue()).isEqualTo(enrolment());
        assertThat(record.at("/vetting/findings")).hasSize(8);

        Files.writeString(
                home.resolve("countersign.yaml"),
                Files.readString(home.resolve("countersign.yaml"))
                        .replaceFirst("chain: \\[pki/lab-publisher.pem.*\\]", "chain: [pki/example.pem]"));
        Path signed = folder.resolve("signed.sys");
        good("sign", PeSample.plus().writeTo(folder.resolve("a.sys")), "-o", signed);
        assertThat(good("verify", signed).out()).contains("Example Drivers (LAB)");
        assertThat(good("ca", "list", "--json").json().get("certificates"))
                .anyMatch(c -> c.get("serial").textValue().equals(serial)
                        && c.get("vetted").asBoolean())
                .anyMatch(c -> c.get("issuedBy").textValue().equals("ceremony"));
    }

    @Test
    void aRequestIsCertifiedForItsKeyAloneAndRefusedWithEveryReason() throws Exception {
        Path request = folder.resolve("a.csr");
        openssl(
                "req",
                "-new",
                "-nodes",
                "-newkey",
                "rsa:2048",
                "-subj",
                "/CN=x",
                "-keyout",
                folder.resolve("k"),
                "-out",
                request);
        Path enrolment = Files.writeString(folder.resolve("e.yaml"), enrolment().replace("Dave", "Carol"));
        Path out = folder.resolve("out.pem");

        Transcript.of(home, "ca", "issue", "--enrolment", enrolment, "--csr", request, "-o", out, "--days", "500")
                .fails(
                        1,
                        "key-protection: 'lab' is no",
                        "two-people: ",
                        "(CSBR 6.1.5.2)",
                        "validity: 500 days",
                        "(EVG 3.2.2.13");
        assertThat(out).doesNotExist();
        assertThat(home.resolve("pki/issued")).doesNotExist();

        Files.writeString(enrolment, enrolment().replace("certification: lab", "certification: FIPS 140-3 level 2"));
        openssl(
                "req",
                "-new",
                "-nodes",
                "-newkey",
                "rsa:3072",
                "-subj",
                "/CN=x",
                "-keyout",
                folder.resolve("k"),
                "-out",
                request);
        String serial = good("ca", "issue", "--enrolment", enrolment, "--csr", request, "-o", out, "--json")
                .json()
                .get("serial")
                .textValue();
        assertThat(openssl("x509", "-in", out, "-noout", "-pubkey"))
                .isEqualTo(openssl("req", "-in", request, "-noout", "-pubkey"));

        good("ca", "revoke", "0x00" + serial.toUpperCase(Locale.ROOT), "--reason", "keycompromise");
        Instant before = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.SECONDS);
        Transcript.of(home, "ca", "revoke", serial, "--reason", "superseded", "--date", before)
                .fails(1, "it is revoked for keyCompromise", "--reason keyCompromise");
        Transcript.of(home, "ca", "issue", "--enrolment", enrolment, "--csr", request, "-o", out)
                .fails(1, "compromised-key: the certificate " + serial);
    }

    @Test
    void whatCannotBeRevokedIsSaid() throws Exception {
        Transcript.of(home, "ca", "revoke", "12ab", "--reason", "superseded").fails(1, "has issued a certificate 12ab");
        Transcript.of(home, "ca", "revoke", "../../x", "--reason", "superseded").fails(1, "no CA of this home");
        Transcript.of(home, "ca", "revoke", serial("lab-tsa"), "--reason", "superseded", "--date", "2099-01-01")
                .fails(1, "is to come");
        Transcript.of(home, "ca", "revoke", serial("lab-tsa"), "--reason", "superseded", "--date", "2001-01-01")
                .fails(1, "is before the certificate itself");
    }

    static String enrolment() {
        return """
            subject:
              organization: Example Drivers
              registrationNumber: HRB 4711
              category: Private Organization
              jurisdiction: XX
              country: XX
              locality: Nowhere
              verifiedWith: the register of nowhere
            operation:
              since: "2015-05-01"
            presence:
              address: Nowhere 1
              verifiedBy: a visit
            keyProtection:
              device: SoftHSM
              certification: lab
              proof: attributes in the token
            requester:
              name: Alice
              authorityVerifiedBy: a call
            vetting:
              collectedBy: Carol
              approvedBy: Dave
              date: "%s"
            """.formatted(Instant.now().toString().substring(0, 10));
    }

    @Test
    void aListThatACrashKeptBehindIsMadeUpFor() throws Exception {
        good("ca", "refresh");
        Path list = pki("crl/lab-ev-ca.crl");
        byte[] before = Files.readAllBytes(list);
        good("ca", "revoke", serial("lab-publisher"), "--reason", "superseded");
        Files.write(list, before);

        assertThat(good("ca", "refresh").err())
                .contains("new revocation list of lab-ev-ca")
                .doesNotContain("lab-root");
        assertThat(crlCheck()).contains("certificate revoked");
        assertThat(good("ca", "refresh").err()).isEmpty();
    }

    @Test
    void theTimeOfAListIsTakenWhileNobodyElseCanMakeOne() throws Exception {
        good("ca", "refresh");
        Home of = new Home(home);
        Configuration configuration = ConfigurationFile.read(of);
        List<Boolean> locked = new ArrayList<>();
        LabCa ca = LabCa.of(of, configuration, Hsm.open(of, configuration), () -> {
            locked.add(isLocked(home.resolve("state/ca.lock")));
            return Instant.now();
        });

        ca.revoke(serial("lab-publisher"), RevocationReason.SUPERSEDED, Optional.empty());

        assertThat(locked).isNotEmpty().doesNotContain(false);
    }

    private static boolean isLocked(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void withoutTheTokenTheListIsStillShownAndNothingIsRevoked() throws Exception {
        Path configuration = home.resolve("countersign.yaml");
        Files.writeString(
                configuration,
                Files.readString(configuration).replace("label: countersign-ca", "label: countersign-gone"));

        assertThat(good("ca", "list").err()).contains("revocation lists are not renewed: no token with label");
        Transcript.of(home, "ca", "refresh").fails(3, "no token with label 'countersign-gone'");
        Transcript.of(home, "ca", "revoke", serial("lab-tsa"), "--reason", "superseded")
                .fails(3, "no token with label 'countersign-gone'");
        assertThat(home.resolve("pki/issued")).doesNotExist();
    }

    private Transcript good(Object... arguments) {
        Transcript run = Transcript.of(home, arguments);
        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        return run;
    }

    private String crlCheck() {
        return openssl(
                "verify",
                "-crl_check",
                "-CAfile",
                pki("lab-root.pem"),
                "-untrusted",
                pki("lab-ev-ca.pem"),
                "-CRLfile",
                list("lab-ev-ca"),
                pki("lab-publisher.pem"));
    }

    private Tool.Run osslsigncode(Path signed) {
        return Tool.named("osslsigncode", "osslsigncode")
                .run(
                        "verify",
                        "-ignore-cdp",
                        "-CAfile",
                        pki("lab-root.pem"),
                        "-CRLfile",
                        list("lab-ev-ca"),
                        "-TSA-CAfile",
                        pki("lab-timestamp-root.pem"),
                        "-TSA-CRLfile",
                        list("lab-timestamp-root"),
                        "-in",
                        signed);
    }

    /** In PEM, as these tools want it. */
    private Path list(String authority) {
        Path list = folder.resolve(authority + ".crl.pem");
        openssl("crl", "-inform", "DER", "-in", pki("crl/" + authority + ".crl"), "-out", list);
        return list;
    }

    private String serial(String name) {
        return openssl("x509", "-in", pki(name + ".pem"), "-noout", "-serial")
                .strip()
                .replaceFirst("serial=0*", "")
                .toLowerCase(Locale.ROOT);
    }

    private Path pki(String name) {
        return home.resolve("pki").resolve(name);
    }

    private static String openssl(Object... arguments) {
        return Tool.named("openssl", "openssl").run(arguments).output();
    }
}
