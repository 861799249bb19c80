package io.countersign.hsm;

import io.countersign.home.Configuration;
import io.countersign.home.Home;
import io.countersign.hsm.CryptokiSession.Template;
import io.countersign.hsm.HsmStatus.CertificateStatus;
import io.countersign.hsm.HsmStatus.KeyStatus;
import io.countersign.hsm.HsmStatus.TokenStatus;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyAttributes;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.x509.PemCertificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** One look at all tokens of a configuration. Used once. */
final class HsmExamination {
    /** From when on an end that comes is a problem. */
    static final int SOON_DAYS = 30;

    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private final Home home;
    private final Configuration configuration;
    private final Instant now;
    private final Hsm hsm;
    private final List<String> problems = new ArrayList<>();

    HsmExamination(Home home, Configuration configuration, Instant now) {
        this.home = home;
        this.configuration = configuration;
        this.now = now;
        this.hsm = Hsm.open(home, configuration);
    }

    HsmStatus status() {
        ownersOnly("home", home.root(), "700");
        List<TokenStatus> tokens =
                configuration.tokens().stream().map(this::token).toList();
        return new HsmStatus(tokens, problems.stream().distinct().toList());
    }

    private TokenStatus token(Configuration.Token token) {
        ownersOnly("PIN file", token.pinFile(), "600");
        try {
            Hsm.prepare(home, token);
            Cryptoki.Slot slot = OpenToken.slot(token, OpenToken.module(token));
            OpenToken open = OpenToken.of(token);
            List<KeyStatus> keys = keys(token, open);
            configuration.keys().stream()
                    .filter(key -> key.token().equals(token.name()))
                    .filter(key -> keys.stream().noneMatch(k -> k.label().equals(key.label())))
                    .forEach(key -> problems.add("Token '" + token.label() + "' has no private key '" + key.label()
                            + "', which countersign.yaml calls '" + key.name()
                            + "'; restore the token, or correct the label."));
            return new TokenStatus(
                    token.name(),
                    token.label(),
                    token.module().toString(),
                    true,
                    (slot.manufacturer() + " " + slot.model()).strip(),
                    slot.serial(),
                    keys);
        } catch (KeyUnavailable e) {
            problems.add(sentence(e.getMessage()));
        } catch (CryptokiException e) {
            problems.add("Token '" + token.label() + "' could not be read: " + e.getMessage() + ".");
        }
        return new TokenStatus(token.name(), token.label(), token.module().toString(), false, "", "", List.of());
    }

    private void ownersOnly(String what, Path path, String wanted) {
        try {
            Set<PosixFilePermission> mode = EnumSet.copyOf(OTHERS);
            mode.retainAll(Files.getPosixFilePermissions(path));
            if (!mode.isEmpty()) {
                problems.add(
                        "The " + what + " " + path + " is open to others than its owner; chmod " + wanted + " it.");
            }
        } catch (IOException | UnsupportedOperationException e) {
            // A missing file is told when the token is opened; a file system without modes has none to complain of.
        }
    }

    private List<KeyStatus> keys(Configuration.Token token, OpenToken open) throws CryptokiException {
        try (CryptokiSession session = open.session()) {
            List<KeyStatus> keys = new ArrayList<>();
            for (long handle :
                    session.find(new Template().with(CryptokiSession.CKA_CLASS, CryptokiSession.CKO_PRIVATE_KEY))) {
                keys.add(key(token, open, session, handle));
            }
            keys.sort((a, b) -> a.label().compareTo(b.label()));
            return keys;
        }
    }

    private KeyStatus key(Configuration.Token token, OpenToken open, CryptokiSession session, long handle)
            throws CryptokiException {
        String label = session.text(handle, CryptokiSession.CKA_LABEL);
        List<Configuration.Key> named = configuration.keys().stream()
                .filter(k -> k.token().equals(token.name()) && k.label().equals(label))
                .toList();
        String name = named.isEmpty() ? "" : named.get(0).name();
        KeyAttributes attributes = TokenKey.attributes(session, handle);
        if (!attributes.confinedToToken()) {
            problems.add("Key '" + label + "' was not made in its token or can leave it (" + attributes
                    + "); whoever has a copy can sign with it.");
        }
        List<X509Certificate> certificates = configured(named);
        if (certificates.isEmpty()) {
            certificates = certificates(session, label, handle);
        }
        certificates.forEach(c -> judge(label, c));
        return new KeyStatus(
                label,
                name,
                certificates.stream()
                        .findFirst()
                        .map(c -> type(c.getPublicKey()))
                        .orElse(""),
                attributes,
                signs(open, label, name),
                certificates.stream().map(this::certificate).toList());
    }

    /** What goes out with signatures is in files; what lies beside the key only has to have its public half. */
    private static List<X509Certificate> configured(List<Configuration.Key> named) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Configuration.Key key : named) {
            try {
                certificates.add(PemCertificates.read(key.chain().get(0)).get(0));
            } catch (IOException e) {
                // Told where the key is tried.
            }
        }
        return certificates.stream().distinct().toList();
    }

    private List<X509Certificate> certificates(CryptokiSession session, String label, long key)
            throws CryptokiException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (long handle : session.find(new Template()
                .with(CryptokiSession.CKA_CLASS, CryptokiSession.CKO_CERTIFICATE)
                .with(CryptokiSession.CKA_ID, session.attribute(key, CryptokiSession.CKA_ID)))) {
            try {
                certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(session.attribute(handle, CryptokiSession.CKA_VALUE))));
            } catch (CertificateException e) {
                problems.add("A certificate beside key '" + label + "' cannot be read: " + e.getMessage() + ".");
            }
        }
        return certificates;
    }

    private boolean signs(OpenToken open, String label, String name) {
        try {
            SigningKey key = name.isEmpty() ? unnamed(open, label) : hsm.key(name, KeyPurpose.SELF_TEST);
            new KeySelfTest(key).run();
            return true;
        } catch (KeyUnavailable e) {
            problems.add(sentence(e.getMessage()));
        } catch (IllegalArgumentException e) {
            problems.add("Key '" + label + "' could not be tried: " + e.getMessage() + ".");
        }
        return false;
    }

    /** A key the configuration does not name, such as a CA's: its certificate in the token is all the chain there is. */
    private SigningKey unnamed(OpenToken open, String label) throws KeyUnavailable {
        OpenToken.Entry entry = open.entry(label);
        TokenKey key = new TokenKey(label, label, open, entry.key(), List.of(entry.certificate()));
        return new JournalledKey(key, KeyPurpose.SELF_TEST, new KeyUseJournal(home));
    }

    private void judge(String label, X509Certificate certificate) {
        Instant notAfter = certificate.getNotAfter().toInstant();
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            problems.add("The certificate of key '" + label + "' is not valid before "
                    + certificate.getNotBefore().toInstant() + "; check this machine's clock.");
        }
        judge("The certificate of key '" + label + "'", "expired", "expires", notAfter);
        UsagePeriod.end(certificate)
                .filter(until -> until.isBefore(notAfter))
                .ifPresent(until -> judge("Key '" + label + "'", "was to sign until", "is to sign until", until));
    }

    private void judge(String what, String past, String future, Instant end) {
        long days = daysLeft(end);
        if (now.isAfter(end)) {
            problems.add(what + " " + past + " " + end + "; make a new one.");
        } else if (days < SOON_DAYS) {
            problems.add(what + " " + future + " " + end + ", in " + days + " days; renew it before.");
        }
    }

    private CertificateStatus certificate(X509Certificate certificate) {
        Instant notAfter = certificate.getNotAfter().toInstant();
        return new CertificateStatus(
                certificate.getSubjectX500Principal().getName(),
                certificate.getIssuerX500Principal().getName(),
                certificate.getSerialNumber().toString(16),
                fingerprint(certificate),
                notAfter.toString(),
                daysLeft(notAfter));
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return DigestAlgorithm.SHA256
                    .digest(certificate.getEncoded())
                    .value()
                    .hex();
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    private long daysLeft(Instant end) {
        return Math.floorDiv(
                ChronoUnit.SECONDS.between(now, end),
                ChronoUnit.DAYS.getDuration().toSeconds());
    }

    private static String type(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return "RSA-" + rsa.getModulus().bitLength();
        }
        return key instanceof ECPublicKey ec
                ? "P-" + ec.getParams().getCurve().getField().getFieldSize()
                : key.getAlgorithm();
    }

    private static String sentence(String message) {
        return Character.toUpperCase(message.charAt(0)) + message.substring(1) + ".";
    }
}
