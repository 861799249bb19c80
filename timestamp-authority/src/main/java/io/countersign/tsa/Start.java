package io.countersign.tsa;

import io.countersign.home.Home;
import io.countersign.key.KeyUnavailable;
import io.countersign.timestamp.UnfitTimestampKey;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Opens the authority before the first request, or ends the process with one message that says what to do. */
class Start {
    private static final Logger LOG = Logger.getLogger(Start.class);

    /** Also read from the environment variable COUNTERSIGN_HOME, by the rules of MicroProfile Config. */
    @ConfigProperty(name = "countersign.home")
    Optional<String> home;

    /** Which entry of timestampAuthorities in countersign.yaml to serve. */
    @ConfigProperty(name = "countersign.tsa", defaultValue = "lab")
    String name;

    @Produces
    @Singleton
    ServedAuthority authority() {
        Home located = home.map(Path::of).map(Home::new).orElseGet(() -> Home.locate(System.getenv()));
        try {
            return ServedAuthority.open(located, name, InstantSource.system());
        } catch (io.countersign.home.ConfigurationException e) {
            throw cannotStart(located, System.lineSeparator() + e.getMessage());
        } catch (CannotServe | UnfitTimestampKey | KeyUnavailable e) {
            throw cannotStart(located, e.getMessage());
        }
    }

    void openAtStart(@Observes StartupEvent start, ServedAuthority served) {
        LOG.infof(
                "timestamp authority \"%s\" signs as %s",
                served.authority().name(), served.chain().get(0).getSubjectX500Principal());
    }

    /** Of this exception Quarkus prints the message alone and exits with 1; hence no cause, which it would print instead. */
    private static ConfigurationException cannotStart(Home home, String reason) {
        return new ConfigurationException(
                "timestamp-authority: error: cannot start with the home " + home.root() + ": " + reason);
    }
}
