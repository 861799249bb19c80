package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.cli.client.BearerToken;
import io.countersign.cli.client.RequestStatus;
import io.countersign.cli.client.ServerRefused;
import io.countersign.cli.client.ServerUnavailable;
import io.countersign.cli.client.SigningServer;
import io.countersign.cli.client.Submission;
import io.countersign.cli.process.Endpoints;
import io.countersign.cli.process.LocalServices;
import io.countersign.cli.process.ServiceFailed;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.hsm.Ceremony;
import io.countersign.key.KeyUnavailable;
import io.countersign.provenance.VerifyProvenance;
import io.countersign.sign.StripFile;
import io.countersign.sign.UnacceptableFile;
import io.countersign.verify.Finding;
import io.countersign.verify.Report;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code countersign demo}: the whole pipeline once, each step shown as it happens. */
@Command(
        name = "demo",
        description = "Sign the sample driver through the whole pipeline, on free loopback ports, and check it.",
        footer = {
            "",
            "Leaves the submitted and the signed file, the attestation, the verdict and the certificates for a",
            "Windows test machine in demo/ of the home, and nothing running."
        })
final class DemoCommand implements Callable<Integer> {
    private static final String PROJECT = "hello-driver";
    private static final String POLICY = "test-signing";

    private final Shell shell;
    private int step;

    DemoCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call()
            throws Failure, ConfigurationException, IOException, InterruptedException, KeyUnavailable,
                    UnacceptableFile {
        Path sample = shell.sampleDriver();
        step("Keys: a SoftHSM token and a lab PKI in " + shell.home().root());
        say(Ceremony.run(shell.home(), this::say) ? "made" : "already there");
        // Only now: the ceremony makes the home, for its owner only, and leaves one that is there as open as it is.
        Path demo = Files.createDirectories(shell.home().demo());
        Path submitted = demo.resolve("hello.sys");
        Path signed = demo.resolve("hello.signed.sys");
        Path attestation = SubmitCommand.provenanceOf(signed);
        Files.copy(sample, submitted, StandardCopyOption.REPLACE_EXISTING);
        Configuration configuration = shell.configuration();

        step("Services: a timestamp authority and a signer, on loopback");
        try {
            Optional<Endpoints> running = LocalServices.running(shell.home());
            if (running.isPresent()) {
                say("'countersign up' runs on this home: " + running.get().server());
                sign(configuration, running.get(), submitted, signed, attestation);
            } else {
                try (LocalServices services = start()) {
                    sign(configuration, services.endpoints(), submitted, signed, attestation);
                }
                say("services stopped");
            }
        } catch (ServerRefused e) {
            throw Failure.refused(e.getMessage(), e.hint());
        } catch (ServerUnavailable | ServiceFailed e) {
            throw Failure.outside(
                    e.getMessage(), "the logs are in " + shell.home().log());
        }

        boolean good = verify(signed, demo.resolve("verdict.json"));
        good &= provenance(signed, attestation);
        good &= independently(signed);
        good &= strip(signed, submitted, demo.resolve("hello.stripped.sys"));
        made(configuration, demo);
        return good ? ExitCode.GOOD : ExitCode.NO;
    }

    private LocalServices start()
            throws Failure, ConfigurationException, IOException, InterruptedException, ServiceFailed {
        return LocalServices.start(
                new LocalServices.Settings(
                        shell.home(),
                        shell.distribution(),
                        shell.apiToken(),
                        InetAddress.getLoopbackAddress(),
                        0,
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        false),
                this::say);
    }

    private void sign(Configuration configuration, Endpoints endpoints, Path submitted, Path signed, Path attestation)
            throws Failure, IOException, InterruptedException, ServerRefused, ServerUnavailable {
        step("Submit " + submitted.getFileName() + " to project " + PROJECT + ", policy " + POLICY);
        SigningServer server = new SigningServer(
                endpoints.server(), configuration.organization().slug(), BearerToken.read(endpoints.tokenFile()));
        UUID id =
                server.submit(new Submission(submitted, PROJECT, POLICY, Optional.of("countersign demo")), sent -> {});
        say("accepted as request " + id);
        RequestStatus last = server.await(id, status -> say(status.status() + ", " + status.workflowStatus()));
        if (!last.isCompleted()) {
            throw Failure.refused("request " + id + " ended " + last.status() + ": " + server.failureReason(id), "");
        }
        server.fetch(id, signed, attestation);
        say("fetched the signed driver (" + Files.size(signed) + " bytes, was " + Files.size(submitted)
                + ") and its attestation");
    }

    private boolean verify(Path signed, Path verdict) throws IOException {
        step("Verify the signature with our own verifier, trusting the lab roots only");
        Report report = new VerifyFile(
                        PemCertificates.read(root("lab-root.pem")),
                        PemCertificates.read(root("lab-timestamp-root.pem")),
                        Instant.now())
                .verify(signed);
        ReportText.lines(signed.getFileName(), report).forEach(this::say);
        ObjectNode document = Json.document();
        ReportText.describe(document.putArray("files").addObject(), signed, report);
        Files.writeString(verdict, Json.text(document) + System.lineSeparator());
        return report.verdict() instanceof Verdict.Trusted;
    }

    private boolean provenance(Path signed, Path attestation) throws IOException {
        step("Verify the attestation against the evidence certificate");
        List<Finding> findings = VerifyProvenance.verify(
                signed,
                attestation,
                PemCertificates.read(root("lab-evidence.pem")).get(0));
        ReportText.findings(findings).forEach(this::say);
        return VerifyProvenanceCommand.good(findings);
    }

    private boolean independently(Path signed) throws IOException, InterruptedException {
        step("Verify with a tool we did not write, osslsigncode");
        Optional<OutsideProgram> osslsigncode = OutsideProgram.find(shell, "osslsigncode");
        if (osslsigncode.isEmpty()) {
            say(
                    "skipped: not installed (apt-get install osslsigncode, dnf install osslsigncode or brew install osslsigncode)");
            return true;
        }
        List<String> arguments = new ArrayList<>(List.of(
                "verify",
                "-CAfile",
                root("lab-root.pem").toString(),
                "-TSA-CAfile",
                root("lab-timestamp-root.pem").toString(),
                "-in",
                signed.toString()));
        // From 2.6 on it fetches revocation lists, from where this home may not serve them, unless it is told not to.
        String offline = "-ignore-crl";
        if (osslsigncode.get().run(List.of("verify", "--help")).text().contains(offline)) {
            arguments.add(1, offline);
        }
        OutsideProgram.Result result = osslsigncode.get().run(arguments);
        boolean good = result.exitCode() == 0;
        result.text()
                .lines()
                .map(String::strip)
                .filter(line -> !good || line.contains("verification: ") || line.startsWith("Timestamp time"))
                .filter(line -> !line.isEmpty())
                .forEach(this::say);
        say(good ? "osslsigncode accepts it" : "osslsigncode REFUSES it, exit code " + result.exitCode());
        return good;
    }

    private boolean strip(Path signed, Path submitted, Path stripped) throws IOException, UnacceptableFile {
        step("Strip the signature again");
        StripFile.strip(signed, stripped);
        boolean same = Files.mismatch(stripped, submitted) < 0;
        say(same ? "the submitted file is back, bit by bit" : "DIFFERS from the submitted file");
        return same;
    }

    private void made(Configuration configuration, Path demo) throws Failure, IOException {
        Configuration.Key publisher = configuration
                .project(PROJECT)
                .flatMap(p -> p.policy(POLICY))
                .flatMap(p -> configuration.key(p.key()))
                .orElseThrow(() -> Failure.usage(
                        "countersign.yaml has no project " + PROJECT + " with a policy " + POLICY,
                        "the demo needs them as 'countersign hsm init' wrote them"));
        TrustKit kit = TrustKit.write(
                demo.resolve("trust-kit"),
                PemCertificates.read(root("lab-root.pem")).get(0),
                Optional.of(PemCertificates.read(root("lab-timestamp-root.pem")).get(0)),
                PemCertificates.read(publisher.chain().get(0)).get(0));
        shell.out().println();
        shell.out().println("Made, in " + demo + ":");
        shell.out().println("  hello.sys                      as submitted");
        shell.out().println("  hello.signed.sys               signed and timestamped");
        shell.out().println("  hello.signed.sys.intoto.jsonl  who signed what, when, under which policy");
        shell.out().println("  hello.stripped.sys             the signature taken away again");
        shell.out().println("  verdict.json                   what 'verify --json' says");
        shell.out()
                .println(
                        "  trust-kit/                     the lab's certificates, and scripts to install and remove them");
        shell.out().println();
        kit.lines().forEach(shell.out()::println);
    }

    private Path root(String name) {
        return shell.home().pki().resolve(name);
    }

    private void step(String title) {
        step++;
        shell.out().println((step == 1 ? "" : System.lineSeparator()) + step + ". " + title);
    }

    private void say(String line) {
        shell.out().println("   " + line);
    }
}
