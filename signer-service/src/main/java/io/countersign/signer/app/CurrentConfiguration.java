package io.countersign.signer.app;

import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * {@code countersign.yaml} as it was when it last could be used. Who edits it need not restart the service; who edits it wrongly
 * does not stop it: the former configuration stays in force, and log and health say so. Tokens, keys and timestamp authorities
 * are opened once, so a change of those waits for a restart, and with it the rest of the file. Safe for several threads.
 */
final class CurrentConfiguration implements Supplier<Configuration> {
    private static final Logger LOG = Logger.getLogger(CurrentConfiguration.class);

    private final Home home;
    private volatile State state;

    /**
     * What is in force, and what was last found.
     *
     * @param seen SHA-256 of the text that was last looked at; empty where it could not be read
     * @param refused why that is not in force; empty if it is
     */
    record State(Configuration configuration, Instant since, Optional<Digest> seen, List<String> refused) {}

    private CurrentConfiguration(Home home, State state) {
        this.home = home;
        this.state = state;
    }

    /** @throws ConfigurationException if the file cannot be used: there is none before it to keep */
    static CurrentConfiguration read(Home home) throws ConfigurationException {
        String text = ConfigurationFile.text(home);
        return new CurrentConfiguration(
                home,
                new State(ConfigurationFile.parse(home, text), Instant.now(), Optional.of(digest(text)), List.of()));
    }

    @Override
    public Configuration get() {
        return state.configuration();
    }

    State state() {
        return state;
    }

    /** Looks at the file again. Throws nothing for what it says. */
    synchronized void refresh() {
        State before = state;
        Optional<Digest> seen = Optional.empty();
        try {
            String text = ConfigurationFile.text(home);
            seen = Optional.of(digest(text));
            if (seen.equals(before.seen())) {
                return;
            }
            Configuration after = ConfigurationFile.parse(home, text);
            List<String> restart = restartFor(before.configuration(), after);
            if (restart.isEmpty()) {
                state = new State(after, Instant.now(), seen, List.of());
                LOG.infof("countersign.yaml was read again and is in force, %s", seen.get());
            } else {
                refuse(
                        seen,
                        List.of(String.join(", ", restart)
                                + " changed, which are opened when the service starts; restart it"));
            }
        } catch (ConfigurationException e) {
            refuse(seen, e.problems().stream().map(Object::toString).toList());
        }
    }

    private void refuse(Optional<Digest> seen, List<String> reasons) {
        State before = state;
        if (!seen.equals(before.seen()) || !reasons.equals(before.refused())) {
            LOG.errorf(
                    "countersign.yaml is not taken, and what was read at %s stays in force:%n%s",
                    before.since(), String.join(System.lineSeparator(), reasons));
        }
        state = new State(before.configuration(), before.since(), seen, reasons);
    }

    private static List<String> restartFor(Configuration before, Configuration after) {
        List<String> changed = new ArrayList<>();
        if (!before.organization().equals(after.organization())) {
            changed.add("organization");
        }
        if (!before.tokens().equals(after.tokens())) {
            changed.add("tokens");
        }
        if (!before.keys().equals(after.keys())) {
            changed.add("keys");
        }
        if (!before.timestampAuthorities().equals(after.timestampAuthorities())) {
            changed.add("timestampAuthorities");
        }
        return changed;
    }

    private static Digest digest(String text) {
        return DigestAlgorithm.SHA256.digest(text.getBytes(StandardCharsets.UTF_8));
    }
}
