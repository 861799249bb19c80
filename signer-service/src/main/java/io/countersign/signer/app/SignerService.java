package io.countersign.signer.app;

import io.countersign.home.Home;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the process begins: finds the home before Quarkus reads its settings, which lie below it. */
@QuarkusMain
public class SignerService {
    private static final String HOME = "countersign.home";

    public static void main(String... arguments) throws IOException {
        if (System.getProperty(HOME, "").isBlank()) {
            System.setProperty(HOME, Home.locate(System.getenv()).root().toString());
        }
        Home home = new Home(Path.of(System.getProperty(HOME)));
        // Before Quarkus, which makes the folder of uploads, and those above it, readable for everybody.
        if (Files.isDirectory(home.root())) {
            new Folders(home).create();
        }
        Quarkus.run(arguments);
    }
}
