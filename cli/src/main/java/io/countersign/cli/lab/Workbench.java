package io.countersign.cli.lab;

import io.countersign.cli.lab.Making.Authority;
import io.countersign.cli.lab.Making.ChangedDriver;
import io.countersign.cli.lab.Making.SignedDriver;
import io.countersign.cli.lab.Making.Signer;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.lab.LabDriver;
import io.countersign.lab.PastPki;
import io.countersign.lab.ThrowAwayKey;
import io.countersign.pe.MalformedPe;
import io.countersign.sign.SignCatalog;
import io.countersign.sign.SignFile;
import io.countersign.sign.UnacceptableFile;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The folder of one run, and the throw-away PKI its files are signed with. What lands there is public: the signed files, and
 * {@code home/pki} with the roots, so that {@code COUNTERSIGN_HOME=home} judges as the lab does. The keys are gone with the
 * process. For one thread.
 */
public final class Workbench {
    /** Options of the verbs a lab may run whose value names no file. */
    private static final Set<String> NO_FILES =
            Set.of("--at", "--machine", "--require", "--os", "--hash", "--time", "--key", "--tsa");

    private final Path folder;
    private final Path sample;
    private final PastPki pki = PastPki.make();
    private final Map<Authority, ThrowAwayKey> timestampers = new EnumMap<>(Authority.class);
    /** Each driver is a build of its own, or the catalog of one would hold the others too. */
    private int builds;

    private Workbench(Path folder, Path sample) {
        this.folder = folder;
        this.sample = sample;
    }

    /**
     * Begins with a folder that holds nothing but the roots.
     *
     * @param folder is made if it is not there; the caller has seen that it is empty
     * @param sample the driver to sign copies of
     */
    public static Workbench in(Path folder, Path sample) throws IOException {
        Workbench bench = new Workbench(folder.toAbsolutePath().normalize(), sample);
        bench.writeRoots();
        return bench;
    }

    private void writeRoots() throws IOException {
        Path roots = Files.createDirectories(home().resolve("pki"));
        Map<String, ThrowAwayKey> byFile = Map.of(
                "lab-root.pem", pki.evRoot(),
                "lab-timestamp-root.pem", pki.timestampRoot(),
                "lab-portal-root.pem", pki.portalRoot(),
                "lab-code-verification-root.pem", pki.codeVerificationRoot());
        for (Map.Entry<String, ThrowAwayKey> root : byFile.entrySet()) {
            String text = PemCertificates.text(List.of(root.getValue().certificate()));
            Files.writeString(roots.resolve(root.getKey()), text);
        }
    }

    /** The COUNTERSIGN_HOME of its commands. */
    public Path home() {
        return folder.resolve("home");
    }

    /**
     * Makes a file.
     *
     * @throws UnacceptableFile if the sample cannot be signed
     * @throws KeyUnavailable never, for these keys
     */
    public void make(Making making) throws IOException, UnacceptableFile, KeyUnavailable {
        try {
            if (making instanceof SignedDriver signed) {
                sign(signed);
            } else if (making instanceof ChangedDriver changed) {
                LabDriver driver = LabDriver.of(Files.readAllBytes(folder.resolve(changed.of())))
                        .changed(changed.spot());
                Files.write(
                        folder.resolve(changed.file()),
                        (changed.rightChecksum() ? driver.withRightChecksum() : driver).toByteArray());
            }
        } catch (MalformedPe e) {
            throw new IllegalStateException("the sample driver " + sample + " is no PE file", e);
        } catch (TimestampUnavailable e) {
            throw new IllegalStateException("an authority in this process gave no timestamp", e);
        }
    }

    private void sign(SignedDriver driver)
            throws IOException, UnacceptableFile, KeyUnavailable, TimestampUnavailable, MalformedPe {
        ThrowAwayKey key = key(driver);
        Optional<TimestampSource> timestamps =
                driver.timestamp().map(t -> PastPki.timestamps(timestamper(t.by()), t.at()));
        LabDriver built =
                LabDriver.of(Files.readAllBytes(sample)).builtAt(driver.issued().plusSeconds(builds++));
        Path file = Files.write(folder.resolve(driver.file()), built.toByteArray());
        new SignFile(key, timestamps).sign(file, file, SignFile.Options.defaults());
        if (driver.catalog().isPresent()) {
            new SignCatalog(key, timestamps)
                    .sign(
                            built.catalog(DigestAlgorithm.SHA256, driver.issued()),
                            folder.resolve(driver.catalog().get()),
                            DigestAlgorithm.SHA256);
        }
    }

    private ThrowAwayKey timestamper(Authority authority) {
        return timestampers.computeIfAbsent(
                authority,
                a -> a == Authority.INDEPENDENT
                        ? PastPki.timestamper(pki.timestampRoot(), "Independent Timestamp Authority")
                        : PastPki.timestamper(pki.portalRoot(), "Portal Timestamp Authority"));
    }

    private ThrowAwayKey key(SignedDriver driver) {
        Signer signer = driver.signer();
        List<String> usages = new ArrayList<>();
        boolean portal = signer == Signer.ATTESTED || signer == Signer.WHQL;
        if (portal) {
            usages.add(PastPki.WHQL);
            usages.add(signer == Signer.WHQL ? PastPki.EXTENDED_VERIFICATION : PastPki.WHQL + ".1");
        }
        if (driver.lifetime()) {
            usages.add(PastPki.LIFETIME_SIGNING);
        }
        usages.add(PastPki.CODE_SIGNING);
        ThrowAwayKey issuer = switch (signer) {
            case ATTESTED -> pki.componentCa2014();
            case WHQL -> pki.componentCa2012();
            case EV, CROSS_SIGNED -> pki.evCa();
        };
        String name = portal ? "Hardware Publisher" : "Publisher";
        ThrowAwayKey key = PastPki.leaf(issuer, name, usages, driver.issued(), driver.expires());
        return signer == Signer.CROSS_SIGNED ? pki.crossSigned(key) : key;
    }

    /**
     * The words with the files of this folder found from anywhere. What is not known to be something else is a file of it, whether
     * or not it is there: one of this name where the lab was started is none of its business.
     */
    public List<String> found(List<String> words) {
        List<String> found = new ArrayList<>();
        int verb = words.get(0).equals("catalog") ? 2 : 1;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            boolean known = i < verb || word.startsWith("-") || NO_FILES.contains(words.get(i - 1));
            found.add(known ? word : folder.resolve(word).toString());
        }
        return found;
    }

    /** Output of a command as it would be in this folder: files without the way to them. */
    public String asSeenFromHere(String output) {
        return output.replace(folder + folder.getFileSystem().getSeparator(), "");
    }
}
