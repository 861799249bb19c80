package io.countersign.cli;

import io.countersign.cli.process.Endpoints;
import io.countersign.cli.process.LocalServices;
import io.countersign.cli.process.ServiceFailed;
import io.countersign.home.ConfigurationException;
import io.countersign.hsm.Ceremony;
import io.countersign.key.KeyUnavailable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code countersign up}: the two services, until it is told to stop. */
@Command(
        name = "up",
        sortOptions = false,
        description = "Start the signer and the timestamp authority, and stay until Ctrl-C or SIGTERM.",
        footer = {
            "",
            "Makes the token and the lab PKI first where they are missing. Logs go to log/signer.log and log/tsa.log",
            "in the home; run/endpoints.json there tells scripts where to connect.",
            "",
            "Only this machine can connect unless --listen says otherwise, and then HTTPS is a must: either the",
            "signer's own (--tls-certificate and --tls-key) or that of a proxy in front (--trusted-proxy). The",
            "timestamp authority is plain HTTP, as such authorities are: its answers are signed.",
            "",
            "Examples:",
            "  countersign up",
            "  countersign up --listen 0.0.0.0 --public-url https://sign.example \\",
            "      --tls-certificate chain.pem --tls-key key.pem"
        })
final class UpCommand implements Callable<Integer> {
    private final Shell shell;

    @Option(
            names = "--listen",
            paramLabel = "ADDR",
            defaultValue = "127.0.0.1",
            description = "The address to listen on; 127.0.0.1 without it.")
    private String listen = "127.0.0.1";

    @Option(names = "--public-url", paramLabel = "URL", description = "Where others reach the signer.")
    private Optional<URI> publicUrl = Optional.empty();

    @Option(
            names = "--tls-certificate",
            paramLabel = "F",
            description = "The signer's HTTPS certificate chain, PEM; with --tls-key.")
    private Optional<Path> tlsCertificate = Optional.empty();

    @Option(names = "--tls-key", paramLabel = "F", description = "Its key, PEM.")
    private Optional<Path> tlsKey = Optional.empty();

    @Option(
            names = "--trusted-proxy",
            description = "You vouch that a proxy speaks HTTPS in front and that only it reaches this address.")
    private boolean trustedProxy;

    @Option(names = "--port", paramLabel = "N", defaultValue = "8317", description = "The signer's port; 8317.")
    private int port;

    @Option(names = "--tsa-port", paramLabel = "N", defaultValue = "3161", description = "The authority's port; 3161.")
    private int tsaPort;

    UpCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, IOException, InterruptedException, KeyUnavailable, ConfigurationException {
        Optional<LocalServices.Tls> tls = tls();
        InetAddress address = address(tls.isPresent() || trustedProxy);
        Optional<Endpoints> running = LocalServices.running(shell.home());
        if (running.isPresent()) {
            throw Failure.refused(
                    "services of " + shell.home().root() + " run already: "
                            + running.get().server(),
                    "use them, or stop that 'countersign up' first");
        }
        Ceremony.run(shell.home(), shell::progress);
        CaAccess.refreshIfAny(shell);
        LocalServices.Settings settings = new LocalServices.Settings(
                shell.home(),
                shell.distribution(),
                shell.apiToken(),
                address,
                port,
                tsaPort,
                publicUrl,
                tls,
                trustedProxy);
        try (LocalServices services = LocalServices.start(settings, shell::progress)) {
            shell.out().println("signer               " + services.endpoints().server());
            shell.out().println("timestamp authority  " + services.endpoints().tsa());
            shell.out().println("API token in         " + services.endpoints().tokenFile());
            signIn(services.endpoints().server());
            shell.progress("ready; stop with Ctrl-C");
            services.await();
            return ExitCode.GOOD;
        } catch (ServiceFailed e) {
            throw Failure.outside(e.getMessage(), "");
        }
    }

    /** Names the file of the token, as a terminal may be looked at by others and end up in a log. */
    private void signIn(URI server) {
        shell.out().println("sign in at           " + server.toString().replaceAll("/+$", "") + "/ui");
        Path token = shell.home().secrets().resolve("admin.token");
        if (Files.exists(token)) {
            shell.out().println("with the token in    " + token);
        }
    }

    /** The TLS files, which come as a pair or not at all. */
    private Optional<LocalServices.Tls> tls() throws Failure {
        if (tlsCertificate.isPresent() != tlsKey.isPresent()) {
            throw Failure.usage("--tls-certificate and --tls-key go together", "give both");
        }
        if (tlsCertificate.isEmpty()) {
            return Optional.empty();
        }
        if (trustedProxy) {
            throw Failure.usage(
                    "HTTPS ends either here (--tls-certificate) or in a proxy (--trusted-proxy), not in both",
                    "give one");
        }
        for (Path file : List.of(tlsCertificate.get(), tlsKey.get())) {
            if (!Files.isReadable(file)) {
                throw Failure.usage("there is no readable file " + file, "check the path and its mode");
            }
        }
        return Optional.of(new LocalServices.Tls(tlsCertificate.get(), tlsKey.get()));
    }

    /** Refuses what would send tokens in the clear. */
    private InetAddress address(boolean https) throws Failure {
        InetAddress address;
        try {
            address = InetAddress.getByName(listen);
        } catch (UnknownHostException e) {
            throw Failure.usage("'" + listen + "' is not an address of this machine", "such as 127.0.0.1 or 0.0.0.0");
        }
        if (!address.isLoopbackAddress() && !https) {
            throw Failure.usage(
                    "--listen " + listen + " can be reached from other machines, and API tokens would cross the network"
                            + " unencrypted",
                    "add --tls-certificate F --tls-key F, or --trusted-proxy if a proxy in front speaks HTTPS");
        }
        return address;
    }
}
