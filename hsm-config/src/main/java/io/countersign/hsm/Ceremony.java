package io.countersign.hsm;

import io.countersign.file.AtomicFile;
import io.countersign.file.Durable;
import io.countersign.home.Home;
import io.countersign.key.KeyUnavailable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@code countersign hsm init}: makes a home of a folder. Tokens and keys as ceremony.yaml declares them, the lab PKI's
 * certificates, the secrets, softhsm2.conf and a fresh countersign.yaml.
 *
 * <p>Whole or nothing, whenever it is killed. Everything is made in a staging folder inside the home. Once that is complete and
 * on the disk, one rename declares it {@value #WHOLE}: until then the home holds nothing of it, and the next run throws the
 * stage away; from then on nothing is made again, and this or the next run moves its entries into place. countersign.yaml comes
 * last, so that who finds it finds all that it names. Nothing else
 * is ever overwritten or deleted, but for softhsm2.conf of a home that has moved.
 */
public final class Ceremony {
    private static final String STAGE = ".ceremony-";
    private static final String WHOLE = ".ceremony-whole";

    /** In the order they are moved into place. */
    private static final List<String> ENTRIES =
            List.of("secrets", "pki", "tokens", "softhsm2.conf", "countersign.yaml");

    private final Home home;
    private final String plan;
    private final String template;
    private final Consumer<String> progress;

    private Ceremony(Home home, String plan, String template, Consumer<String> progress) {
        this.home = home;
        this.plan = plan;
        this.template = template;
        this.progress = progress;
    }

    /**
     * Makes the home whole. Takes seconds (RSA-4096 keys), a millisecond where it is whole already. Any number of threads and
     * processes may call it at once: one works, the others wait.
     *
     * @param progress told a line at each step, from any thread
     * @return false where the home was whole already and nothing was done
     * @throws KeyUnavailable if SoftHSM is not installed or fails, or the folder holds part of a home that this did not make
     * @throws IOException if the folder cannot be written
     */
    public static boolean run(Home home, Consumer<String> progress) throws IOException, KeyUnavailable {
        return run(home, CeremonyPlan.text(), FreshConfiguration.template(), progress);
    }

    /** The same by another plan than that of the jar, and with another countersign.yaml. */
    static boolean run(Home home, String plan, String template, Consumer<String> progress)
            throws IOException, KeyUnavailable {
        Ceremony ceremony = new Ceremony(home, plan, template, progress);
        if (ceremony.isWhole()) {
            return false;
        }
        Files.createDirectories(
                home.root(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (HomeLock lock = HomeLock.of(home)) {
            return lock.isValid() && ceremony.make();
        }
    }

    private boolean isWhole() throws IOException {
        return Files.exists(home.configuration())
                && Files.exists(home.tokens())
                && !Files.exists(home.root().resolve(WHOLE))
                && configurationFits();
    }

    private boolean make() throws IOException, KeyUnavailable {
        if (isWhole()) {
            return false;
        }
        Path whole = home.root().resolve(WHOLE);
        if (!Files.exists(whole)) {
            if (Files.exists(home.configuration())) {
                return repair();
            }
            refuseRemains();
            Path module = SoftHsm.module();
            Path stage = StagingFolder.fresh(home.root(), STAGE, HomeLock.FILE);
            try {
                fill(stage, module);
                Files.move(stage, whole, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                StagingFolder.delete(stage);
            }
            Durable.folder(home.root());
        }
        moveIntoPlace(whole);
        return true;
    }

    /** A home with countersign.yaml: it is somebody's, and only softhsm2.conf, which follows from its place, is made anew. */
    private boolean repair() throws IOException, KeyUnavailable {
        Path conf = SoftHsm.configuration(home);
        if (!Files.exists(home.tokens())) {
            if (Files.exists(conf)) {
                throw KeyUnavailable.permanently(
                        home.root() + " has countersign.yaml but no tokens folder: its keys are gone. Restore "
                                + home.tokens() + " from a backup, or move the whole folder away and run this again",
                        null);
            }
            return false; // Keys in other devices than SoftHSM: nothing here is ours to make.
        }
        String text = SoftHsm.configurationText(home.tokens());
        AtomicFile.write(conf, temporary -> Files.writeString(temporary, text));
        progress.accept("softhsm2.conf names " + home.tokens() + " again");
        return true;
    }

    /** False where the home has moved: SoftHSM wants an absolute path. */
    private boolean configurationFits() throws IOException {
        Path conf = SoftHsm.configuration(home);
        return Files.exists(conf) && SoftHsm.names(Files.readString(conf), home.tokens());
    }

    private void refuseRemains() throws KeyUnavailable {
        List<String> remains = ENTRIES.stream()
                .filter(name -> Files.exists(home.root().resolve(name)))
                .toList();
        if (!remains.isEmpty()) {
            throw KeyUnavailable.permanently(
                    home.root() + " has " + String.join(" and ", remains)
                            + " but no countersign.yaml. Put it back if it was lost, or move what is there away and run this again;"
                            + " nothing was changed",
                    null);
        }
    }

    private void fill(Path stage, Path module) throws IOException, KeyUnavailable {
        String finalText = SoftHsm.configurationText(home.tokens());
        TokenMakerProcess.run(module, home, stage, plan, progress);
        Files.writeString(stage.resolve("softhsm2.conf"), finalText, StandardCharsets.UTF_8);
        FreshConfiguration.write(
                stage, module, template, CeremonyPlan.read(plan).baseUrl());
        Durable.tree(stage);
    }

    private void moveIntoPlace(Path whole) throws IOException {
        for (String name : ENTRIES) {
            Path made = whole.resolve(name);
            if (Files.exists(made)) {
                Files.move(made, home.root().resolve(name), StandardCopyOption.ATOMIC_MOVE);
                Durable.folder(home.root());
            }
        }
        StagingFolder.delete(whole);
        progress.accept("home " + home.root());
    }
}
