package io.countersign.cli;

import io.countersign.cli.client.BearerToken;
import io.countersign.cli.client.SigningServer;
import io.countersign.cli.process.Endpoints;
import io.countersign.home.ConfigurationException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which server, for whom, and with what token; those of 'countersign up' on this home where nothing is said. */
final class ServerOptions {
    @Option(names = "--server", paramLabel = "URL", description = "The signing server.")
    private Optional<URI> server = Optional.empty();

    @Option(names = "--organization", paramLabel = "ID", description = "Its organization, by slug or id.")
    private Optional<String> organization = Optional.empty();

    @Option(names = "--token-file", paramLabel = "F", description = "A file with the API token on its first line.")
    private Optional<Path> tokenFile = Optional.empty();

    /** The server that is meant. */
    SigningServer target(Shell shell) throws Failure, ConfigurationException, IOException {
        Optional<Endpoints> running = Endpoints.read(shell.home());
        URI url = server.or(() -> running.map(Endpoints::server))
                .orElseThrow(() -> Failure.usage(
                        "no --server given, and no 'countersign up' runs on "
                                + shell.home().root(),
                        "name the server with --server URL"));
        boolean own = running.filter(e -> e.server().equals(url)).isPresent();
        Optional<String> ownOrganization =
                own ? Optional.of(shell.configuration().organization().slug()) : Optional.empty();
        String of = organization
                .or(() -> ownOrganization)
                .orElseThrow(() -> Failure.usage(
                        "no --organization given for " + url, "name it by its slug or id, as in its URLs"));
        Path secret = tokenFile
                .or(() -> shell.variable("COUNTERSIGN_TOKEN_FILE").map(Path::of))
                .or(() -> own ? running.map(Endpoints::tokenFile) : Optional.empty())
                .orElseThrow(() -> Failure.usage(
                        "no API token for " + url, "give --token-file F or set COUNTERSIGN_TOKEN_FILE to its path"));
        if (!Files.isRegularFile(secret)) {
            throw Failure.usage("there is no token file " + secret, "write the API token on its first line");
        }
        checkScheme(shell, url);
        return new SigningServer(url, of, BearerToken.read(secret));
    }

    private static void checkScheme(Shell shell, URI url) throws Failure {
        boolean plain = "http".equals(url.getScheme());
        if (url.getHost() == null || !(plain || "https".equals(url.getScheme()))) {
            throw Failure.usage(
                    "'" + url + "' is not the URL of a server", "write it as https://host or http://127.0.0.1:8317");
        }
        if (plain && !Addresses.isLoopback(url.getHost())) {
            shell.progress("countersign: warning: " + url + " is plain HTTP: everybody on the way can read the token");
        }
    }
}
