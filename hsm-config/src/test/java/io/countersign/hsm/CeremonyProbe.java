package io.countersign.hsm;

import io.countersign.home.Home;
import io.countersign.key.KeyUnavailable;
import java.nio.file.Path;

/** Runs the ceremony for a home and prints its progress and result. */
final class CeremonyProbe {
    private CeremonyProbe() {}

    public static void main(String[] arguments) throws Exception {
        try {
            System.out.println("made " + Ceremony.run(new Home(Path.of(arguments[0])), System.out::println));
        } catch (KeyUnavailable e) {
            System.out.println((e.isPermanent() ? "permanent: " : "for now: ") + e.getMessage());
        }
    }
}
