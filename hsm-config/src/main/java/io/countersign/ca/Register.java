package io.countersign.ca;

import io.countersign.file.AtomicFile;
import io.countersign.home.Home;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the CAs of a home have issued: a record each in {@code pki/issued}, and the ceremony's certificates in {@code pki} and, of
 * homes that were renewed, {@code pki/old}, which have a record only once they are revoked. Reads the disk at every call, so that a
 * service sees what the command line did since. Safe for several threads; who writes holds the CA's lock.
 */
public final class Register {
    private static final int MAXIMUM_RECORD = 1 << 20;
    private static final int MAXIMUM_RECORDS = 100_000;

    /** At most 20 octets, RFC 5280 4.1.2.2. */
    private static final Pattern SERIAL = Pattern.compile("[0-9a-f]{1,40}");

    private final Home home;
    private final Collection<Authority> authorities;

    public Register(Home home, Collection<Authority> authorities) {
        this.home = home;
        this.authorities = List.copyOf(authorities);
    }

    /** Everything, by serial number; the ceremony's first. */
    public Map<String, IssuedCertificate> all() throws IOException {
        Map<String, IssuedCertificate> all = ofCeremony();
        for (Path file : files(folder(), ".json")) {
            IssuedCertificate issued = read(file);
            all.put(issued.serial(), issued);
        }
        return all;
    }

    /**
     * One certificate.
     *
     * @param serial hexadecimal, from anywhere; what is no serial number is not found
     */
    public Optional<IssuedCertificate> find(String serial) throws IOException {
        if (!SERIAL.matcher(serial).matches()) {
            return Optional.empty();
        }
        Path file = file(serial);
        return Files.isRegularFile(file)
                ? Optional.of(read(file))
                : Optional.ofNullable(ofCeremony().get(serial));
    }

    void keep(IssuedCertificate issued) throws IOException {
        Files.createDirectories(folder());
        AtomicFile.write(
                file(issued.serial()),
                temporary -> Files.writeString(temporary, RecordText.of(issued), StandardCharsets.UTF_8));
    }

    private Map<String, IssuedCertificate> ofCeremony() throws IOException {
        Map<String, IssuedCertificate> made = new LinkedHashMap<>();
        for (Path folder : List.of(home.pki().resolve("old"), home.pki())) {
            for (Path file : files(folder, ".pem")) {
                for (X509Certificate certificate : PemCertificates.read(file)) {
                    ofCeremony(certificate).ifPresent(c -> made.put(c.serial(), c));
                }
            }
        }
        return made;
    }

    private Optional<IssuedCertificate> ofCeremony(X509Certificate certificate) {
        return authorities.stream()
                .filter(a -> a.issued(certificate))
                .findFirst()
                .map(a -> new IssuedCertificate(
                        certificate,
                        a.name(),
                        certificate.getNotBefore().toInstant(),
                        "ceremony",
                        Optional.empty(),
                        Optional.empty()));
    }

    private Path folder() {
        return home.pki().resolve("issued");
    }

    private Path file(String serial) {
        return folder().resolve(serial + ".json");
    }

    private static IssuedCertificate read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return RecordText.read(file, in.readNBytes(MAXIMUM_RECORD));
        }
    }

    private static List<Path> files(Path folder, String extension) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(f -> f.getFileName().toString().endsWith(extension))
                    .filter(f -> !f.getFileName().toString().startsWith("."))
                    .limit(MAXIMUM_RECORDS)
                    .sorted()
                    .toList();
        }
    }
}
