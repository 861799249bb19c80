package io.countersign.cli;

import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a command was started in. Results go to {@code out} and nothing else does; progress, logs and errors go to {@code err}.
 */
record Shell(Map<String, String> environment, PrintStream out, PrintStream err) {
    Shell {
        environment = Map.copyOf(environment);
    }

    Home home() {
        return Home.locate(environment);
    }

    /** The environment variable, unless it is missing or blank. */
    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(v -> !v.isBlank());
    }

    /** The configuration of the home, which must have been set up. */
    Configuration configuration() throws Failure, ConfigurationException {
        Home home = home();
        if (!Files.isRegularFile(home.configuration())) {
            throw Failure.outside(
                    "there is no installation at " + home.root() + ": countersign.yaml is missing",
                    "run 'countersign hsm init' to make a token and a lab PKI there, or set COUNTERSIGN_HOME to the one you mean");
        }
        return ConfigurationFile.read(home);
    }

    /** A file of the home's public certificates, if it is there. */
    Optional<Path> certificate(String name) {
        return Optional.of(home().pki().resolve(name)).filter(Files::isRegularFile);
    }

    /** The folder with the built services; the launcher names it. */
    Path distribution() throws Failure {
        return folder("COUNTERSIGN_DIST");
    }

    /** The source tree, with the samples; the launcher names it. */
    Path sources() throws Failure {
        return folder("COUNTERSIGN_ROOT");
    }

    /** The sample driver, not signed. */
    Path sampleDriver() throws Failure {
        Path sample = sources().resolve("samples/hello-driver/prebuilt/hello.sys");
        if (!Files.isRegularFile(sample)) {
            throw Failure.usage("the sample driver " + sample + " is missing", "restore it: git checkout -- samples");
        }
        return sample;
    }

    private Path folder(String variable) throws Failure {
        return variable(variable)
                .map(Path::of)
                .filter(Files::isDirectory)
                .orElseThrow(() -> Failure.usage(
                        variable + " names no folder, so what this verb needs cannot be found",
                        "run it through ./countersign of a source tree, which sets it"));
    }

    /** The file with the API token that the ceremony made. */
    Path apiToken() {
        return home().secrets().resolve("ci.token");
    }

    /** Says what is going on; never part of the result. */
    void progress(String line) {
        err.println(line);
    }
}
