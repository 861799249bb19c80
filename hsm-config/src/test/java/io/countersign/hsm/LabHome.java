package io.countersign.hsm;

import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.key.KeyUnavailable;
import java.io.IOException;
import java.nio.file.Path;

/** The lab home all tests of a build share; made by the first that asks. For reading and signing only. */
final class LabHome {
    private LabHome() {}

    static Home home() throws IOException, KeyUnavailable {
        Home home = new Home(Path.of(System.getProperty("countersign.test.home")));
        Ceremony.run(home, line -> {});
        return home;
    }

    static Configuration configuration() throws IOException, KeyUnavailable, ConfigurationException {
        return ConfigurationFile.read(home());
    }

    static Hsm hsm() throws IOException, KeyUnavailable, ConfigurationException {
        return Hsm.open(home(), configuration());
    }
}
