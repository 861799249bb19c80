package io.countersign.signer.app;

import io.countersign.home.Home;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Where the process begins: finds the home before Quarkus reads its settings, which lie below it. */
@QuarkusMain
public class SignerService {
    private static final String HOME = "countersign.home";

    public static void main(String... arguments) {
        if (System.getProperty(HOME, "").isBlank()) {
            System.setProperty(HOME, Home.locate(System.getenv()).root().toString());
        }
        Quarkus.run(arguments);
    }
}
