package io.countersign.hsm;

import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.key.KeyUnavailable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/** Opens a key with a wrong PIN, again with the same, and once more with the right one in the same file. */
final class PinProbe {
    private PinProbe() {}

    public static void main(String[] arguments) throws Exception {
        Home home = new Home(Path.of(arguments[0]));
        Path file = home.secrets().resolve("countersign-signing.pin");
        byte[] right = Files.readAllBytes(file);
        Files.writeString(file, "wrong");
        Hsm hsm = Hsm.open(home, ConfigurationFile.read(home));
        KeyUnavailable first = refusal(hsm);
        System.out.println(refusal(hsm) == first ? "not asked again" : "asked again");
        Files.write(file, right);
        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() + 10_000));
        hsm.key("publisher", KeyPurpose.SELF_TEST);
        System.out.println("opened");
    }

    private static KeyUnavailable refusal(Hsm hsm) {
        try {
            hsm.key("publisher", KeyPurpose.SELF_TEST);
            throw new AssertionError("the wrong PIN was taken");
        } catch (KeyUnavailable e) {
            return e;
        }
    }
}
