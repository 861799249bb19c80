package io.countersign.trust;

import io.countersign.file.AtomicFile;
import io.countersign.file.Durable;
import io.countersign.home.Home;
import io.countersign.key.Bytes;
import io.countersign.trust.TrustFile.Answers;
import io.countersign.trust.TrustFile.Denials;
import io.countersign.trust.TrustFile.Revocations;
import io.countersign.windows.Role;
import io.countersign.x509.OcspResponse;
import io.countersign.x509.PemCertificates;
import io.countersign.x509.RevocationLists;
import io.countersign.x509.UnreadableCertificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The folder {@code trust/} of a home, plain files throughout:
 *
 * <pre>
 * trust/roots/ROLE/THUMBPRINT.pem       a root in a role; above the PEM block stands where it came from
 * trust/lists/KIND.stl, .xml or .yaml   a list, octet for octet as imported
 * trust/lists/KIND.origin               where it came from, and its SHA-256
 * trust/crls/SHA256.crl                 a revocation list
 * trust/ocsp/SHA256.ocsp                an OCSP response
 * </pre>
 *
 * The lists of the home's own CAs, {@code pki/crl/NAME.crl}, count like imported ones. A PEM file that somebody puts into a folder of roots counts like an imported one. Every file appears whole or not at all. Safe for several threads.
 */
public final class TrustFolder {
    /** Of a home's own lab PKI, each with the role of what it stands for. */
    private static final Map<String, Role> LAB_ROOTS = labRoots();

    private static final int MAXIMUM_FILES = 4096;

    private static final String REMEDY = "take it out, and import it with 'countersign trust import'";

    /** A file may be written again within what its time can tell apart, so that only one that has rested is known by its time. */
    private static final Duration RESTED = Duration.ofSeconds(3);

    private final Home home;
    /** Revocation evidence as it was last read; whoever signs reads it at every signature. */
    private final Map<Path, Known> known = new ConcurrentHashMap<>();

    /** What a file held while the system told these of it. */
    private record Known(Object key, FileTime written, long size, TrustFile content) {
        boolean isOf(BasicFileAttributes file) {
            return size == file.size()
                    && written.equals(file.lastModifiedTime())
                    && Objects.equals(key, file.fileKey());
        }
    }

    public TrustFolder(Home home) {
        this.home = home;
    }

    private static Map<String, Role> labRoots() {
        Map<String, Role> roots = new LinkedHashMap<>();
        roots.put("lab-root.pem", Role.USER_ROOT);
        roots.put("lab-timestamp-root.pem", Role.TIMESTAMP_ROOT);
        roots.put("lab-code-verification-root.pem", Role.CODE_VERIFICATION_ROOT);
        roots.put("lab-portal-root.pem", Role.MICROSOFT_ROOT);
        return roots;
    }

    /**
     * Reads all of it; whatever is not there is empty.
     *
     * @throws UnusableTrust if a file in it does not hold what belongs there: to go on without it would change verdicts silently
     */
    public Trust read() throws IOException, UnusableTrust {
        List<TrustedRoot> roots = new ArrayList<>();
        for (Map.Entry<String, Role> lab : LAB_ROOTS.entrySet()) {
            Path file = home.pki().resolve(lab.getKey());
            if (Files.isRegularFile(file)) {
                for (X509Certificate certificate : certificates(file, TrustFile.read(file))) {
                    roots.add(new TrustedRoot(certificate, lab.getValue(), file, true, Optional.empty()));
                }
            }
        }
        for (Role role : Role.values()) {
            for (Path file : files(rootFolder(role), ".pem")) {
                Bytes content = TrustFile.read(file);
                Optional<Origin> origin = Origin.read(new String(content.toByteArray(), StandardCharsets.UTF_8));
                for (X509Certificate certificate : certificates(file, content)) {
                    roots.add(new TrustedRoot(certificate, role, file, false, origin));
                }
            }
        }
        List<TrustedList> lists = new ArrayList<>();
        for (ListKind kind : ListKind.values()) {
            Optional<Path> file = listFile(kind);
            if (file.isPresent()) {
                lists.add(list(kind, file.get()));
            }
        }
        return new Trust(roots, lists, crls(), responses());
    }

    /**
     * The revocation lists and OCSP responses alone, for who judges by other roots.
     *
     * @throws UnusableTrust as {@link #read} does
     */
    public RevocationLists revocationLists() throws IOException, UnusableTrust {
        Map<Path, X509CRL> crls = crls();
        Map<Path, OcspResponse> responses = responses();
        known.keySet().removeIf(file -> !crls.containsKey(file) && !responses.containsKey(file));
        return new RevocationLists(List.copyOf(crls.values()), List.copyOf(responses.values()));
    }

    private Map<Path, X509CRL> crls() throws IOException, UnusableTrust {
        Map<Path, X509CRL> crls = new LinkedHashMap<>();
        for (Path folder : List.of(home.pki().resolve("crl"), crlFolder())) {
            for (Path file : files(folder, ".crl")) {
                if (!(content(file) instanceof Revocations found)) {
                    throw misplaced(file, "a revocation list");
                }
                crls.put(file, found.list());
            }
        }
        return crls;
    }

    private Map<Path, OcspResponse> responses() throws IOException, UnusableTrust {
        Map<Path, OcspResponse> responses = new LinkedHashMap<>();
        for (Path file : files(ocspFolder(), ".ocsp")) {
            if (!(content(file) instanceof Answers found)) {
                throw misplaced(file, "an OCSP response");
            }
            responses.put(file, found.response());
        }
        return responses;
    }

    private static List<X509Certificate> certificates(Path file, Bytes content) throws UnusableTrust {
        try {
            return PemCertificates.read(file, content.toByteArray());
        } catch (UnreadableCertificates e) {
            throw new UnusableTrust(e.getMessage(), REMEDY, e);
        }
    }

    private TrustedList list(ListKind kind, Path file) throws IOException, UnusableTrust {
        Bytes octets = TrustFile.read(file);
        if (!(TrustFile.of(file, octets) instanceof Denials found) || found.kind() != kind) {
            throw misplaced(file, "the list '" + kind.label() + "'");
        }
        Path note = originFile(kind);
        Optional<Origin> origin = Files.isRegularFile(note)
                ? Origin.read(new String(TrustFile.read(note).toByteArray(), StandardCharsets.UTF_8))
                : Optional.empty();
        boolean changed = origin.isPresent()
                && !origin.get().sha256().equals(TrustFile.digest(octets).value());
        return new TrustedList(kind, file, found.denies(), found.microsoft(), origin, changed);
    }

    private TrustFile content(Path file) throws IOException, UnusableTrust {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        Known before = known.get(file);
        if (before != null && before.isOf(now)) {
            return before.content();
        }
        TrustFile content = TrustFile.of(file, TrustFile.read(file));
        if (now.lastModifiedTime().toInstant().plus(RESTED).isBefore(Instant.now())) {
            known.put(file, new Known(now.fileKey(), now.lastModifiedTime(), now.size(), content));
        }
        return content;
    }

    private static UnusableTrust misplaced(Path file, String wanted) {
        return new UnusableTrust(TrustFile.name(file) + " does not hold " + wanted, REMEDY);
    }

    /** Those that belong there; a file half written by another process has a name that begins with a dot. */
    private static List<Path> files(Path folder, String extension) throws IOException, UnusableTrust {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> files = all.filter(f -> !f.getFileName().toString().startsWith("."))
                    .filter(f -> f.getFileName().toString().endsWith(extension))
                    .limit(MAXIMUM_FILES + 1L)
                    .sorted()
                    .toList();
            if (files.size() > MAXIMUM_FILES) {
                throw new UnusableTrust(
                        TrustFile.name(folder) + " has more than " + MAXIMUM_FILES + " files", "take some out");
            }
            return files;
        }
    }

    /**
     * Takes out a root by its thumbprint (in every role), a list by its kind, or a revocation list or OCSP response by its SHA-256.
     *
     * @return the files that are gone
     * @throws UnusableTrust if there is none, or it is a root of the home's own lab
     */
    public List<Path> remove(String name) throws IOException, UnusableTrust {
        String wanted = name.replaceAll("[ :]", "").toLowerCase(Locale.ROOT);
        List<Path> files = new ArrayList<>();
        ListKind.named(wanted).filter(kind -> listFile(kind).isPresent()).ifPresent(kind -> {
            files.addAll(listFiles(kind));
            files.add(originFile(kind));
        });
        boolean ofThisHome = false;
        for (TrustedRoot root : read().roots()) {
            if (root.thumbprint().equals(wanted)) {
                ofThisHome |= root.ofThisHome();
                if (!root.ofThisHome()) {
                    files.add(root.file());
                }
            }
        }
        if (wanted.matches("[0-9a-f]{64}")) {
            Stream.of(crlFolder().resolve(wanted + ".crl"), ocspFolder().resolve(wanted + ".ocsp"))
                    .filter(Files::isRegularFile)
                    .forEach(files::add);
        }
        if (files.isEmpty()) {
            throw ofThisHome
                    ? new UnusableTrust(
                            wanted + " is a root of this home's own lab, which is always trusted here",
                            "use another home (COUNTERSIGN_HOME) to judge without it")
                    : new UnusableTrust(
                            "there is no root, list, revocation list or OCSP response '"
                                    + name.replaceAll("\\p{C}", "?") + "'",
                            "'countersign trust list' shows thumbprints and names");
        }
        List<Path> gone = new ArrayList<>();
        for (Path file : files) {
            if (Files.deleteIfExists(file)) {
                gone.add(file);
                Durable.folder(file.getParent());
            }
        }
        return gone;
    }

    /** Where a root is kept. */
    Path rootFile(X509Certificate certificate, Role role) {
        return rootFolder(role).resolve(TrustedRoot.thumbprint(certificate) + ".pem");
    }

    /**
     * Writes a root, unless the very same is there in this role; false if it is.
     *
     * @param present what is there
     */
    boolean keep(X509Certificate certificate, Role role, Origin origin, Trust present) throws IOException {
        if (present.roots().stream()
                .anyMatch(r -> r.role() == role && r.certificate().equals(certificate))) {
            return false;
        }
        write(
                rootFile(certificate, role),
                (origin.text() + PemCertificates.text(List.of(certificate))).getBytes(StandardCharsets.UTF_8));
        return true;
    }

    /** Writes a list in place of another of its kind; false if the very same is there. */
    boolean keep(Denials list, Bytes octets, Origin origin) throws IOException, UnusableTrust {
        Path file = listFolder().resolve(list.kind().label() + "." + list.extension());
        Optional<Path> present = listFile(list.kind());
        if (present.isPresent()
                && TrustFile.digest(TrustFile.read(present.get())).value().equals(origin.sha256())) {
            return false;
        }
        // In this order, so that a crash leaves a list of unknown origin, never one with another's.
        Files.deleteIfExists(originFile(list.kind()));
        write(file, octets.toByteArray());
        for (Path other : listFiles(list.kind())) {
            if (!other.equals(file)) {
                Files.delete(other);
            }
        }
        write(originFile(list.kind()), origin.text().getBytes(StandardCharsets.UTF_8));
        return true;
    }

    /** Writes a revocation list, unless it is there; false if it is. */
    boolean keep(Revocations found, Bytes octets) throws IOException {
        return keep(crlFolder().resolve(TrustFile.digest(octets).value().hex() + ".crl"), octets);
    }

    /** Writes an OCSP response, unless it is there; false if it is. */
    boolean keep(Answers found, Bytes octets) throws IOException {
        return keep(ocspFolder().resolve(TrustFile.digest(octets).value().hex() + ".ocsp"), octets);
    }

    private static boolean keep(Path file, Bytes octets) throws IOException {
        if (Files.isRegularFile(file)) {
            return false;
        }
        write(file, octets.toByteArray());
        return true;
    }

    private static void write(Path file, byte[] octets) throws IOException {
        Files.createDirectories(file.getParent());
        AtomicFile.write(file, temporary -> Files.write(temporary, octets));
    }

    private Optional<Path> listFile(ListKind kind) {
        return listFiles(kind).stream().findFirst();
    }

    /** One, but for a crash. */
    private List<Path> listFiles(ListKind kind) {
        return Stream.of("stl", "xml", "yaml")
                .map(extension -> listFolder().resolve(kind.label() + "." + extension))
                .filter(Files::isRegularFile)
                .toList();
    }

    private Path originFile(ListKind kind) {
        return listFolder().resolve(kind.label() + ".origin");
    }

    private Path rootFolder(Role role) {
        return home.trust().resolve("roots").resolve(role.label());
    }

    private Path listFolder() {
        return home.trust().resolve("lists");
    }

    private Path crlFolder() {
        return home.trust().resolve("crls");
    }

    private Path ocspFolder() {
        return home.trust().resolve("ocsp");
    }
}
