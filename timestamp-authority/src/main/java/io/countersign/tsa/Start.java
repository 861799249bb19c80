package io.countersign.tsa;

import io.countersign.home.Home;
import io.countersign.key.KeyUnavailable;
import io.countersign.timestamp.UnfitTimestampKey;
import io.countersign.tsa.archive.ArchiveUnavailable;
import io.countersign.tsa.archive.TokenArchive;
import io.countersign.tsa.journal.IssueJournal;
import io.countersign.tsa.lab.Switchboard;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Opens everything before the first request, or ends the process with one message that says what to do. */
@Singleton
class Start {
    private static final Logger LOG = Logger.getLogger(Start.class);

    /** Also read from the environment variable COUNTERSIGN_HOME, by the rules of MicroProfile Config. */
    @ConfigProperty(name = "countersign.home")
    Optional<String> home;

    /** Which entry of timestampAuthorities in countersign.yaml to serve. */
    @ConfigProperty(name = "countersign.tsa", defaultValue = "lab")
    String name;

    @Produces
    @DefaultBean
    @Singleton
    MachineClock machine() {
        return MachineClock.SYSTEM;
    }

    @Produces
    @Singleton
    ServedAuthority authority(MachineClock machine) {
        Home located = located();
        try {
            return ServedAuthority.open(located, name, machine);
        } catch (io.countersign.home.ConfigurationException e) {
            throw cannotStart(located, System.lineSeparator() + e.getMessage());
        } catch (CannotServe | UnfitTimestampKey | KeyUnavailable e) {
            throw cannotStart(located, e.getMessage());
        }
    }

    @Produces
    @Singleton
    CertificateEnd certificate(ServedAuthority served, MachineClock machine) {
        return CertificateEnd.of(served.chain(), machine.wall());
    }

    @Produces
    @Singleton
    TokenArchive archive() {
        try {
            return TokenArchive.open(located().state().resolve("timestamps-" + name + ".db"));
        } catch (ArchiveUnavailable e) {
            throw cannotStart(located(), e.getMessage());
        }
    }

    @Produces
    @Singleton
    IssueJournal journal() {
        return new IssueJournal(located().log());
    }

    @Produces
    @Singleton
    Measures measures(
            MeterRegistry registry, ServedAuthority served, TokenArchive archive, CertificateEnd certificate) {
        return new Measures(registry, served, archive, certificate);
    }

    @Produces
    @Singleton
    Desk desk(
            ServedAuthority served,
            TokenArchive archive,
            IssueJournal journal,
            MachineClock machine,
            Measures measures) {
        return new Desk(served.authority(), archive, journal, machine, measures);
    }

    @Produces
    @Singleton
    Upkeep upkeep(
            ServedAuthority served,
            CertificateEnd certificate,
            TokenArchive archive,
            IssueJournal journal,
            MachineClock machine,
            Measures measures) {
        return new Upkeep(served, certificate, archive, journal, machine, measures);
    }

    @Produces
    @Singleton
    Switchboard switchboard(ServedAuthority served, Desk desk) {
        return new Switchboard(served.serving().lab(), query -> desk.answer(query, "lab"), served.clock());
    }

    void openAtStart(@Observes StartupEvent start, ServedAuthority served, Desk desk, Upkeep upkeep) {
        LOG.infof(
                "timestamp authority \"%s\" signs as %s",
                served.authority().name(), served.chain().get(0).getSubjectX500Principal());
        if (!served.serving().lab().isEmpty()) {
            LOG.warnf(
                    "LAB: deliberately bad answers are served under /lab/: %s",
                    served.serving().lab());
        }
        upkeep.start();
    }

    void closeAtTheEnd(
            @Observes ShutdownEvent end, Upkeep upkeep, TokenArchive archive, IssueJournal journal, Measures measures) {
        upkeep.close();
        measures.close();
        archive.close();
        try {
            journal.close();
        } catch (IOException e) {
            LOG.warn("the journal could not be closed", e);
        }
    }

    private Home located() {
        return home.map(Path::of).map(Home::new).orElseGet(() -> Home.locate(System.getenv()));
    }

    /** Of this exception Quarkus prints the message alone and exits with 1; hence no cause, which it would print instead. */
    private static ConfigurationException cannotStart(Home home, String reason) {
        return new ConfigurationException(
                "timestamp-authority: error: cannot start with the home " + home.root() + ": " + reason);
    }
}
