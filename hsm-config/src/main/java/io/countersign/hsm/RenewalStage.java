package io.countersign.hsm;

import io.countersign.home.Configuration;
import io.countersign.home.Home;
import io.countersign.home.PkiAddresses;
import io.countersign.hsm.CeremonyPlan.PlannedCertificate;
import io.countersign.hsm.CeremonyPlan.PlannedKey;
import io.countersign.hsm.CeremonyPlan.PlannedToken;
import io.countersign.hsm.RenewalNeeds.Reissue;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SignatureAlgorithm;
import io.countersign.key.SigningKey;
import io.countersign.key.SigningKeyContentSigner;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.RuntimeOperatorException;

/**
 * Makes what a renewal makes, in its staging folder: {@code made} with a token, its PIN and a certificate its key gave itself,
 * without which SunPKCS11 would not see the key; {@code pki} with the certificates.
 */
final class RenewalStage {
    private final Home home;
    private final CeremonyPlan plan;
    private final RenewalNeeds needs;
    private final Path made;
    private final Path pki;
    private final Configuration configuration;
    private final Hsm hsm;
    private final Consumer<String> progress;

    /** @param configuration names the CAs' keys */
    RenewalStage(
            Home home,
            CeremonyPlan plan,
            RenewalNeeds needs,
            Configuration configuration,
            Path stage,
            Consumer<String> progress) {
        this.home = home;
        this.plan = plan;
        this.needs = needs;
        this.made = stage.resolve("made");
        this.pki = stage.resolve("pki");
        this.configuration = configuration;
        this.hsm = Hsm.open(home, configuration);
        this.progress = progress;
    }

    /** @param module SoftHSM's */
    void tokens(Path module) throws IOException, KeyUnavailable {
        Files.createDirectory(made);
        for (PlannedToken token : needs.tokensToMake()) {
            TokenMakerProcess.alone(module, home, made, token.label(), progress);
        }
    }

    /** To be called last: a key that is new is certified, too. */
    void certificates() throws IOException, KeyUnavailable {
        Files.createDirectory(pki);
        for (Reissue reissue : needs.certificates()) {
            Files.writeString(
                    pki.resolve(reissue.plan().file()),
                    PemCertificates.text(List.of(certify(reissue))),
                    StandardCharsets.US_ASCII);
            progress.accept("certificate " + reissue.plan().file() + ": " + reissue.why());
        }
    }

    private X509Certificate certify(Reissue reissue) throws IOException, KeyUnavailable {
        PlannedCertificate planned = reissue.plan();
        PlannedKey issuer = plan.key(planned.issuer()).orElseThrow();
        SigningKey key = hsm.key(named(issuer), KeyPurpose.CERTIFICATE);
        PublicKey issuerKey = key.certificate().getPublicKey();
        try {
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(LabCertificate.make(
                            planned,
                            info(publicKey(reissue)),
                            new LabCertificate.Issuer(
                                    issuer.certificate(), info(issuerKey), plan.hasResponder(planned.issuer())),
                            Optional.of(new PkiAddresses(needs.baseUrl())),
                            reissue.validity(),
                            new SigningKeyContentSigner(
                                    key, SignatureAlgorithm.of(issuerKey, DigestAlgorithm.SHA256))));
            certificate.verify(issuerKey);
            return certificate;
        } catch (RuntimeOperatorException e) {
            throw SigningKeyContentSigner.unwrapped(e);
        } catch (GeneralSecurityException e) {
            throw KeyUnavailable.permanently(
                    "what key '" + issuer.label() + "' signed as " + planned.file() + " does not verify: "
                            + e.getMessage() + "; see 'countersign hsm status'",
                    e);
        }
    }

    private String named(PlannedKey key) {
        return configuration.keys().stream()
                .filter(k -> k.label().equals(key.label()))
                .findFirst()
                .orElseThrow()
                .name();
    }

    /** That of any certificate over the key: one that is replaced, another, or that which lies in the token with it. */
    private PublicKey publicKey(Reissue reissue) throws IOException, KeyUnavailable {
        for (PlannedCertificate certificate : reissue.key().certificates()) {
            X509Certificate present = needs.present().get(certificate.file());
            if (present != null) {
                return present.getPublicKey();
            }
        }
        Path own = made.resolve("pki").resolve(reissue.key().certificate().file());
        if (Files.exists(own)) {
            return PemCertificates.read(own).get(0).getPublicKey();
        }
        Configuration.Key key = configuration.key(named(reissue.key())).orElseThrow();
        Configuration.Token token = configuration.token(key.token()).orElseThrow();
        Hsm.prepare(home, token);
        return OpenToken.of(token).entry(key.label()).certificate().getPublicKey();
    }

    private static SubjectPublicKeyInfo info(PublicKey key) {
        return SubjectPublicKeyInfo.getInstance(key.getEncoded());
    }
}
