package io.countersign.tsa;

import io.countersign.home.Home;
import io.countersign.hsm.Ceremony;
import io.countersign.key.KeyUnavailable;
import io.countersign.tsa.clock.NtpResponder;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A copy of the lab home whose countersign.yaml names an NTP server, on loopback and in this process, and the lab answers that are
 * switched on. Arguments: {@code aheadSeconds} of the server, {@code lab} as it stands in YAML.
 */
public final class ServedHome implements QuarkusTestResourceLifecycleManager {
    private static final String ENTRY = "    url: http://127.0.0.1:3161/\n    key: tsa\n";

    private Map<String, String> arguments = Map.of();
    private NtpResponder server;

    @Override
    public void init(Map<String, String> arguments) {
        this.arguments = arguments;
    }

    @Override
    public Map<String, String> start() {
        new LabHome().start();
        Home lab = LabHome.home();
        try {
            server = new NtpResponder().ahead(Duration.ofSeconds(Long.parseLong(arguments.get("aheadSeconds"))));
            // One place for each, since SoftHSM does not live through the loss of a token's files.
            Home home = new Home(lab.root().resolveSibling("served-home-" + arguments.get("aheadSeconds")));
            delete(home.root());
            Files.createDirectories(home.root());
            for (String name : List.of("pki", "secrets", "tokens")) {
                copy(lab.root().resolve(name), home.root().resolve(name));
            }
            String serve = "    serve:\n      clock: { servers: [\"127.0.0.1:"
                    + server.address().getPort() + "\"] }\n" + "      lab: " + arguments.get("lab") + "\n";
            String text = Files.readString(lab.configuration());
            if (!text.contains(ENTRY)) {
                throw new IllegalStateException("countersign.yaml has no such entry any more: " + ENTRY);
            }
            Files.writeString(home.configuration(), text.replace(ENTRY, ENTRY + serve));
            Ceremony.run(home, line -> {});
            return Map.of("countersign.home", home.root().toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (KeyUnavailable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(server, new TestInjector.MatchesType(NtpResponder.class));
    }

    @Override
    public void stop() {
        server.close();
    }

    /** What a test run before has left. */
    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
