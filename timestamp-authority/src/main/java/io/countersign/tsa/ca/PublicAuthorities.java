package io.countersign.tsa.ca;

import io.countersign.ca.Authority;
import io.countersign.ca.IssuedCertificate;
import io.countersign.ca.Register;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.hsm.Hsm;
import io.countersign.hsm.KeyPurpose;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.ocsp.OcspAuthority;
import io.countersign.ocsp.OcspResponder;
import io.countersign.ocsp.Standing;
import io.countersign.x509.ExtendedKeyUsages;
import io.countersign.x509.PemCertificates;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The CAs of the home as the public sees them. Of keys it opens those alone to which the CAs delegated OCSP; where these are not
 * there, everything but OCSP is served.
 */
@Singleton
class PublicAuthorities {
    private static final Logger LOG = Logger.getLogger(PublicAuthorities.class);

    /** CSBR 4.9.10: between eight hours and ten days. The shorter, the sooner a revocation counts. */
    private static final Duration ANSWERS_LIVE = Duration.ofHours(8);

    private final Home home;
    private Map<String, Authority> authorities = Map.of();
    private Register register;
    private Optional<OcspResponder> responder = Optional.empty();

    PublicAuthorities(@ConfigProperty(name = "countersign.home") Optional<String> home) {
        this.home = home.map(Path::of).map(Home::new).orElseGet(() -> Home.locate(System.getenv()));
        this.register = new Register(this.home, List.of());
    }

    void openAtStart(@Observes StartupEvent start) {
        try {
            Configuration configuration = ConfigurationFile.read(home);
            authorities = Authority.of(configuration);
            register = new Register(home, authorities.values());
            List<OcspAuthority> delegates = delegates(configuration);
            if (delegates.isEmpty()) {
                LOG.warn("OCSP is not answered: no authority of this home has a responder's key that can be used");
            } else {
                responder =
                        Optional.of(new OcspResponder(delegates, this::standing, InstantSource.system(), ANSWERS_LIVE));
            }
            LOG.infof(
                    "certificates and revocation lists of %s, OCSP for %d of them",
                    authorities.keySet(), delegates.size());
        } catch (IOException | ConfigurationException e) {
            LOG.errorf("the home's authorities are not served: %s", e.getMessage());
        }
    }

    /** Those keys whose certificate is for OCSP signing, each for the authority that issued that certificate. */
    private List<OcspAuthority> delegates(Configuration configuration) throws IOException {
        Hsm hsm = Hsm.open(home, configuration);
        List<OcspAuthority> delegates = new ArrayList<>();
        for (Configuration.Key key : configuration.keys()) {
            X509Certificate leaf = PemCertificates.read(key.chain().get(0)).get(0);
            Optional<Authority> authority =
                    authorities.values().stream().filter(a -> a.issued(leaf)).findFirst();
            if (authority.isPresent() && ExtendedKeyUsages.of(leaf).contains(KeyPurposeId.id_kp_OCSPSigning.getId())) {
                try {
                    SigningKey signer = hsm.key(key.name(), KeyPurpose.OCSP);
                    delegates.add(new OcspAuthority(authority.get().certificate(), signer));
                } catch (KeyUnavailable | IllegalArgumentException e) {
                    LOG.warnf("OCSP is not answered for %s: %s", authority.get().name(), e.getMessage());
                }
            }
        }
        return delegates;
    }

    private Standing standing(X509Certificate authority, BigInteger serial) {
        try {
            return register.find(serial.toString(16))
                    .filter(c -> authorities.containsKey(c.authority())
                            && authorities.get(c.authority()).certificate().equals(authority))
                    .map(PublicAuthorities::standing)
                    .orElseGet(Standing.NotIssued::new);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Standing standing(IssuedCertificate issued) {
        return issued.revoked()
                .<Standing>map(r -> new Standing.Revoked(r.date(), r.reason().code()))
                .orElseGet(Standing.Good::new);
    }

    Home home() {
        return home;
    }

    /** By the name in addresses. */
    Map<String, Authority> authorities() {
        return authorities;
    }

    Register register() {
        return register;
    }

    /** Empty where no key for it can be used. */
    Optional<OcspResponder> responder() {
        return responder;
    }
}
