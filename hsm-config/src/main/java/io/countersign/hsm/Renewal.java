package io.countersign.hsm;

import io.countersign.file.AtomicFile;
import io.countersign.file.Durable;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.hsm.CeremonyPlan.PlannedCertificate;
import io.countersign.hsm.CeremonyPlan.PlannedToken;
import io.countersign.hsm.RenewalNeeds.KeyToName;
import io.countersign.key.KeyUnavailable;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * {@code countersign hsm renew}: brings a home that an older ceremony made to where today's would have it, and makes certificates
 * anew that soon end. Over the same keys; a new key is made only of what had none, the OCSP responder. Self-signed certificates stay, and
 * so does every key in its token.
 *
 * <p>Whole or nothing, whenever it is killed, as the {@link Ceremony} is: what is new is made in a staging folder, one rename
 * declares it {@value #WHOLE}, and this or the next run moves it into place. In between the home works, since old and new
 * certificates are over the same keys. countersign.yaml comes last, in one step of its own, so that it names only what is there,
 * and what somebody wrote into it meanwhile stays. Nothing is lost: old certificates go to {@code pki/old}, the old
 * configuration stays beside the new one.
 */
public final class Renewal {
    private static final String STAGE = ".renewal-";
    private static final String WHOLE = ".renewal-whole";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Home home;
    private final CeremonyPlan plan = CeremonyPlan.read();
    private final Revocations revocations;
    private final InstantSource clock;
    private final Consumer<String> progress;
    private final Path whole;

    /** Knows what has been revoked. Such certificates are not made anew (CSBR 6.1.1.3), nor is what such a CA issued. */
    @FunctionalInterface
    public interface Revocations {
        boolean isRevoked(X509Certificate certificate) throws IOException;
    }

    private Renewal(Home home, Revocations revocations, InstantSource clock, Consumer<String> progress) {
        this.home = home;
        this.revocations = revocations;
        this.clock = clock;
        this.progress = progress;
        this.whole = home.root().resolve(WHOLE);
    }

    /**
     * Renews what needs it; milliseconds where nothing does. Any number of processes may call it at once: one works, the others
     * wait.
     *
     * @param progress told a line at each step
     * @return false where nothing was to be done
     * @throws ConfigurationException if countersign.yaml has problems, or is written so that nothing can be added
     * @throws KeyUnavailable if a CA's key cannot be used, or SoftHSM fails; nothing has changed then
     * @throws IOException if the folder cannot be read or written
     */
    public static boolean run(Home home, Revocations revocations, InstantSource clock, Consumer<String> progress)
            throws IOException, ConfigurationException, KeyUnavailable {
        Renewal renewal = new Renewal(home, revocations, clock, progress);
        if (!Files.exists(renewal.whole)) {
            RenewalNeeds needs = renewal.needs(ConfigurationFile.read(home));
            needs.notes().forEach(progress);
            if (needs.isNone()) {
                return false;
            }
        }
        try (HomeLock lock = HomeLock.of(home)) {
            return lock.isValid() && renewal.renew();
        }
    }

    /** The file with a token's PIN, where the ceremony puts it. */
    static Path pin(Home home, PlannedToken token) {
        return home.secrets().resolve(token.label() + ".pin");
    }

    private RenewalNeeds needs(Configuration configuration) throws IOException {
        return new RenewalCheck(home, configuration, plan, revocations, clock.instant()).needs();
    }

    private boolean renew() throws IOException, ConfigurationException, KeyUnavailable {
        boolean completes = Files.exists(whole);
        if (completes) {
            moveIntoPlace();
        }
        String text = ConfigurationFile.text(home);
        Configuration before = ConfigurationFile.parse(home, text);
        RenewalNeeds needs = needs(before);
        if (needs.isNone()) {
            return completes;
        }
        RenewedConfiguration after = configuration(text, before, needs);
        if (needs.changesFiles()) {
            Path stage = StagingFolder.fresh(home.root(), STAGE, WHOLE);
            try {
                RenewalStage making = new RenewalStage(home, plan, needs, after.values(), stage, progress);
                if (!needs.tokensToMake().isEmpty()) {
                    making.tokens(softHsm(before));
                }
                making.certificates();
                Durable.tree(stage);
                Files.move(stage, whole, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                StagingFolder.delete(stage);
            }
            Durable.folder(home.root());
            progress.accept("all is made; it goes into place");
            moveIntoPlace();
        }
        if (needs.changesConfiguration()) {
            write(text, after.text());
        }
        return true;
    }

    private Path softHsm(Configuration configuration) throws KeyUnavailable {
        if (!Files.isDirectory(home.tokens())) {
            throw KeyUnavailable.permanently(
                    "the tokens of " + home.root()
                            + " are not SoftHSM's, so the OCSP responder's cannot be made beside them; make a key 'lab-status' in a"
                            + " token of yours, and name both in countersign.yaml",
                    null);
        }
        for (Configuration.Token token : configuration.tokens()) {
            if (SoftHsm.isSoftHsm(token.module())) {
                return token.module();
            }
        }
        return SoftHsm.module();
    }

    private RenewedConfiguration configuration(String text, Configuration before, RenewalNeeds needs)
            throws ConfigurationException, KeyUnavailable {
        List<Configuration.Token> tokens = new ArrayList<>();
        for (PlannedToken token : needs.tokensToName()) {
            String name = token.label().replaceFirst("^countersign-", "");
            tokens.add(new Configuration.Token(
                    unused(name, before.token(name).isPresent()), softHsm(before), token.label(), pin(home, token)));
        }
        List<Configuration.Key> keys = new ArrayList<>();
        for (KeyToName missing : needs.keysToName()) {
            String name = missing.certificate().name().replaceFirst("^lab-", "");
            keys.add(new Configuration.Key(
                    unused(name, before.key(name).isPresent()),
                    token(before, tokens, needs, missing),
                    missing.key().label(),
                    plan.chain(missing.key(), missing.certificate()).stream()
                            .map(PlannedCertificate::file)
                            .map(home.pki()::resolve)
                            .toList(),
                    false));
        }
        return RenewedConfiguration.of(home, text, needs.baseUrl(), tokens, keys);
    }

    private static String unused(String name, boolean used) {
        return used ? "lab-" + name : name;
    }

    /** The name of the token that has the key. Before CA keys had one of their own, they lay beside those they certify. */
    private String token(Configuration before, List<Configuration.Token> added, RenewalNeeds needs, KeyToName missing)
            throws KeyUnavailable {
        String label = missing.key().label();
        for (Configuration.Key key : before.keys()) {
            if (key.label().equals(label)) {
                return key.token();
            }
        }
        for (int i = 0; i < added.size(); i++) {
            if (needs.tokensToName().get(i).keys().contains(missing.key())) {
                return added.get(i).name();
            }
        }
        List<String> failures = new ArrayList<>();
        for (Configuration.Token token : before.tokens()) {
            try {
                Hsm.prepare(home, token);
                OpenToken.Entry entry = OpenToken.of(token).entry(label);
                X509Certificate certificate =
                        needs.present().get(missing.key().certificate().file());
                if (certificate == null
                        || certificate.getPublicKey().equals(entry.certificate().getPublicKey())) {
                    return token.name();
                }
            } catch (KeyUnavailable e) {
                failures.add(e.getMessage());
            }
        }
        throw KeyUnavailable.permanently(
                "no token of countersign.yaml has the key '" + label + "' of pki/"
                        + missing.key().certificate().file() + "; restore its token, or name it under 'tokens' ("
                        + String.join("; ", failures) + ")",
                null);
    }

    private void moveIntoPlace() throws IOException {
        for (Path secret : files(whole.resolve("made/secrets"))) {
            move(secret, home.secrets());
        }
        for (Path token : files(whole.resolve("made/tokens"))) {
            move(token, home.tokens());
        }
        for (Path certificate : files(whole.resolve("pki"))) {
            keep(home.pki().resolve(certificate.getFileName()));
            move(certificate, home.pki());
            progress.accept("pki/" + certificate.getFileName() + " is in place");
        }
        StagingFolder.delete(whole);
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static void move(Path from, Path folder) throws IOException {
        Files.move(from, folder.resolve(from.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        Durable.folder(folder);
    }

    /** Where the register of what the CAs have issued looks too: an old certificate can still be revoked. */
    private void keep(Path certificate) throws IOException {
        if (Files.exists(certificate)) {
            String serial =
                    PemCertificates.read(certificate).get(0).getSerialNumber().toString(16);
            Path folder = home.pki().resolve("old");
            Files.createDirectories(folder);
            copy(
                    certificate,
                    folder.resolve(certificate.getFileName().toString().replace(".pem", "-" + serial + ".pem")));
        }
    }

    private void write(String old, String text) throws IOException, ConfigurationException {
        if (!ConfigurationFile.text(home).equals(old)) {
            throw new IOException(home.configuration() + " was changed meanwhile; run this again");
        }
        String kept = "countersign-before-" + TIME.format(clock.instant()) + ".yaml";
        copy(home.configuration(), home.root().resolve(kept));
        AtomicFile.write(home.configuration(), temporary -> Files.writeString(temporary, text));
        progress.accept("countersign.yaml names what is new; the old one is " + kept);
    }

    private static void copy(Path from, Path to) throws IOException {
        AtomicFile.write(to, temporary -> Files.copy(from, temporary, StandardCopyOption.REPLACE_EXISTING));
    }
}
