package io.countersign.hsm;

import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** Signs with the publisher key of a home, a number of times, or asks its attributes, and prints how that went; may lose the tokens before. */
final class KeyProbe {
    private KeyProbe() {}

    public static void main(String[] arguments) throws Exception {
        Home home = new Home(Path.of(arguments[0]));
        try {
            Hsm hsm = Hsm.open(home, ConfigurationFile.read(home));
            var key = hsm.key("publisher", KeyPurpose.SELF_TEST);
            if (arguments.length > 2) {
                key.sign(SignatureAlgorithm.RSA_SHA256, new byte[] {1, 2, 3});
                Files.move(home.tokens(), home.root().resolve(arguments[2]));
            }
            if (arguments[1].equals("attributes")) {
                System.out.println(hsm.attributes("publisher"));
                return;
            }
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                key.sign(SignatureAlgorithm.RSA_SHA256, new byte[] {1, 2, 3});
            }
            System.out.println("signed");
        } catch (KeyUnavailable e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            System.out.println((e.isPermanent() ? "permanent: " : "for now: ") + e.getMessage());
            System.out.println(trace);
        }
    }
}
