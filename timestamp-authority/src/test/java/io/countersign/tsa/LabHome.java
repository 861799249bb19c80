package io.countersign.tsa;

import io.countersign.home.Home;
import io.countersign.hsm.Ceremony;
import io.countersign.key.KeyUnavailable;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** The lab home of this test run, made by the real ceremony where it does not exist yet. */
public class LabHome implements QuarkusTestResourceLifecycleManager {
    static Home home() {
        return new Home(Path.of(System.getProperty("countersign.test.home")));
    }

    @Override
    public Map<String, String> start() {
        try {
            Ceremony.run(home(), line -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (KeyUnavailable e) {
            throw new IllegalStateException(e);
        }
        return Map.of("countersign.home", home().root().toString());
    }

    @Override
    public void stop() {}
}
