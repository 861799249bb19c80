package io.countersign.hsm;

import io.countersign.yaml.YamlDocument;
import io.countersign.yaml.YamlMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/**
 * ceremony.yaml as values.
 *
 * @param baseUrl empty for certificates that name no addresses
 */
record CeremonyPlan(Optional<URI> baseUrl, List<PlannedToken> tokens) {
    private static final String RESOURCE = "ceremony.yaml";

    private static final Map<String, Integer> KEY_USAGES = Map.of(
            "digitalSignature",
            KeyUsage.digitalSignature,
            "keyCertSign",
            KeyUsage.keyCertSign,
            "cRLSign",
            KeyUsage.cRLSign);

    private static final Map<String, KeyPurposeId> PURPOSES = Map.of(
            "codeSigning",
            KeyPurposeId.id_kp_codeSigning,
            "timeStamping",
            KeyPurposeId.id_kp_timeStamping,
            "OCSPSigning",
            KeyPurposeId.id_kp_OCSPSigning);

    record PlannedToken(String label, List<PlannedKey> keys) {
        private PlannedToken alone() {
            return new PlannedToken(label, keys.stream().map(PlannedKey::alone).toList());
        }
    }

    /**
     * @param certificate the one that lies beside the key in the token
     * @param others more over the same key
     */
    record PlannedKey(String label, KeyType type, PlannedCertificate certificate, List<PlannedCertificate> others) {
        List<PlannedCertificate> certificates() {
            return Stream.concat(Stream.of(certificate), others.stream()).toList();
        }

        private PlannedKey alone() {
            return new PlannedKey(label, type, certificate.issuedBy(label, certificate.file()), List.of());
        }
    }

    enum KeyType {
        RSA_3072("RSA-3072"),
        RSA_4096("RSA-4096"),
        P_256("P-256");

        private final String label;

        KeyType(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }

        boolean rsa() {
            return this != P_256;
        }

        int bits() {
            return this == RSA_4096 ? 4096 : this == RSA_3072 ? 3072 : 256;
        }

        static KeyType of(String label) {
            return Stream.of(values())
                    .filter(t -> t.label.equals(label))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(label));
        }
    }

    /** Exactly one of days and months is not zero. */
    record Lifetime(int days, int months) {
        Instant notAfter(Instant notBefore) {
            return notBefore
                    .atOffset(ZoneOffset.UTC)
                    .plusMonths(months)
                    .plusDays(days)
                    .minusSeconds(1)
                    .toInstant();
        }
    }

    /**
     * @param ca the path length, -1 for none given; empty for an end entity
     * @param keyUsage bits of {@link KeyUsage}
     * @param privateKeyUsageMonths 0 for no such extension
     * @param ocspNoCheck true for a responder's, who answers for the issuer
     */
    record PlannedCertificate(
            String file,
            X500Name subject,
            String issuer,
            Lifetime lifetime,
            Optional<Integer> ca,
            int keyUsage,
            List<KeyPurposeId> purposes,
            boolean purposesCritical,
            List<ASN1ObjectIdentifier> policies,
            int privateKeyUsageMonths,
            boolean ocspNoCheck) {
        /** As addresses and revocation lists call its owner. */
        String name() {
            return file.replaceFirst("\\.pem$", "");
        }

        PlannedCertificate issuedBy(String otherIssuer, String otherFile) {
            return new PlannedCertificate(
                    otherFile,
                    subject,
                    otherIssuer,
                    lifetime,
                    ca,
                    keyUsage,
                    purposes,
                    purposesCritical,
                    policies,
                    privateKeyUsageMonths,
                    ocspNoCheck);
        }
    }

    /** Whether some responder answers for what this key issues. */
    boolean hasResponder(String issuer) {
        return tokens.stream()
                .flatMap(token -> token.keys().stream())
                .flatMap(key -> key.certificates().stream())
                .anyMatch(certificate ->
                        certificate.ocspNoCheck() && certificate.issuer().equals(issuer));
    }

    Optional<PlannedKey> key(String label) {
        return tokens.stream()
                .flatMap(token -> token.keys().stream())
                .filter(key -> key.label().equals(label))
                .findFirst();
    }

    /** From a certificate to its root. */
    List<PlannedCertificate> chain(PlannedKey key, PlannedCertificate certificate) {
        List<PlannedCertificate> chain = new ArrayList<>();
        chain.add(certificate);
        String owner = key.label();
        String issuer = certificate.issuer();
        while (!issuer.equals(owner)) {
            PlannedCertificate next = key(issuer).orElseThrow().certificate();
            chain.add(next);
            owner = issuer;
            issuer = next.issuer();
        }
        return chain;
    }

    /** One token whose keys certify themselves, for want of the others. */
    CeremonyPlan alone(String label) {
        return new CeremonyPlan(
                Optional.empty(),
                tokens.stream()
                        .filter(token -> token.label().equals(label))
                        .map(PlannedToken::alone)
                        .toList());
    }

    /** The plan in the jar. */
    static CeremonyPlan read() {
        return read(text());
    }

    /** The same as text. */
    static String text() {
        try (InputStream in = CeremonyPlan.class.getResourceAsStream(RESOURCE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalStateException with every problem: the plan is ours, so a problem is a defect */
    static CeremonyPlan read(String text) {
        YamlDocument document = YamlDocument.of(text);
        Optional<URI> baseUrl = document.root().optionalMap("pki").map(CeremonyPlan::baseUrl);
        Set<String> labels = new HashSet<>();
        List<PlannedToken> tokens = new ArrayList<>();
        for (YamlMap token : document.root().maps("tokens")) {
            List<PlannedKey> keys = new ArrayList<>();
            for (YamlMap map : token.maps("keys")) {
                PlannedKey key = key(document, map);
                if (!labels.add(key.label())) {
                    document.problem(map.line("label"), "two keys '" + key.label() + "'", "rename one");
                }
                for (PlannedCertificate certificate : key.certificates()) {
                    if (!labels.contains(certificate.issuer())) {
                        document.problem(
                                map.line("certificate"), "no key '" + certificate.issuer() + "' above", "move it up");
                    }
                }
                keys.add(key);
            }
            tokens.add(new PlannedToken(token.text("label"), List.copyOf(keys)));
            token.end();
        }
        document.root().end();
        if (!document.problems().isEmpty()) {
            throw new IllegalStateException(RESOURCE + ": " + document.problems());
        }
        return new CeremonyPlan(baseUrl, List.copyOf(tokens));
    }

    private static URI baseUrl(YamlMap pki) {
        URI baseUrl = pki.value("baseUrl", URI::create, "a URL", URI.create("none:none"));
        pki.end();
        return baseUrl;
    }

    private static PlannedKey key(YamlDocument document, YamlMap map) {
        String label = map.text("label");
        KeyType type = map.value("algorithm", KeyType::of, "RSA-3072, RSA-4096 or P-256", KeyType.P_256);
        PlannedCertificate certificate = certificate(document, map.map("certificate"));
        List<PlannedCertificate> others = new ArrayList<>();
        for (YamlMap other : map.optionalMaps("alsoIssuedBy")) {
            others.add(certificate.issuedBy(other.text("issuer"), other.text("file")));
            other.end();
        }
        PlannedKey key = new PlannedKey(label, type, certificate, List.copyOf(others));
        map.end();
        return key;
    }

    private static PlannedCertificate certificate(YamlDocument document, YamlMap map) {
        Optional<YamlMap> purposes = map.optionalMap("extendedKeyUsage");
        PlannedCertificate certificate = new PlannedCertificate(
                map.text("file"),
                map.value(
                        "subject",
                        text -> new X500Name(BCStyle.INSTANCE, text),
                        "a distinguished name",
                        new X500Name("CN=none")),
                map.text("issuer"),
                lifetime(document, map),
                map.optionalMap("ca").map(CeremonyPlan::pathLength),
                map.texts("keyUsage").stream()
                        .mapToInt(usage -> named(document, usage, KEY_USAGES, 0))
                        .reduce(0, (a, b) -> a | b),
                purposes.map(p -> purposes(document, p)).orElse(List.of()),
                purposes.map(CeremonyPlan::critical).orElse(false),
                map.optionalTexts("policies").stream()
                        .map(policy -> new ASN1ObjectIdentifier(policy.value()))
                        .toList(),
                map.has("privateKeyUsageMonths") ? map.number("privateKeyUsageMonths", 1, 1200) : 0,
                map.flag("ocspNoCheck", false));
        map.end();
        return certificate;
    }

    private static List<KeyPurposeId> purposes(YamlDocument document, YamlMap map) {
        return map.texts("purposes").stream()
                .map(purpose -> named(document, purpose, PURPOSES, KeyPurposeId.id_kp_codeSigning))
                .toList();
    }

    private static boolean critical(YamlMap map) {
        boolean critical = map.flag("critical", false);
        map.end();
        return critical;
    }

    private static int pathLength(YamlMap map) {
        int length = map.has("pathLength") ? map.number("pathLength", 0, 10) : -1;
        map.end();
        return length;
    }

    private static Lifetime lifetime(YamlDocument document, YamlMap map) {
        int days = map.has("days") ? map.number("days", 1, 10_000) : 0;
        int months = map.has("months") ? map.number("months", 1, 1200) : 0;
        if ((days == 0) == (months == 0)) {
            document.problem(map.line("file"), "'days' and 'months' are both there or both missing", "give one");
        }
        return new Lifetime(days, months);
    }

    private static <T> T named(YamlDocument document, YamlMap.Text text, Map<String, T> known, T otherwise) {
        T value = known.get(text.value());
        if (value == null) {
            document.problem(text.line(), "'" + text.value() + "' is not known", "one of " + known.keySet());
            return otherwise;
        }
        return value;
    }
}
