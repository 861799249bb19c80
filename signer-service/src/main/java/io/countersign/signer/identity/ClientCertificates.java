package io.countersign.signer.identity;

import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Date;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Knows callers by the certificate that their TLS connection proved to have the key of. It is pinned: names in it and who issued it say
 * nothing. Safe for several threads.
 */
public final class ClientCertificates {
    private final Supplier<Configuration> configuration;
    private final InstantSource clock;

    public ClientCertificates(Supplier<Configuration> configuration, InstantSource clock) {
        this.configuration = configuration;
        this.clock = clock;
    }

    /** Whose certificate this is; empty if it is nobody's, or is not valid now. */
    public Optional<Caller> authenticate(X509Certificate certificate) {
        Digest sha256;
        try {
            certificate.checkValidity(Date.from(clock.instant()));
            sha256 = DigestAlgorithm.SHA256.digest(certificate.getEncoded());
        } catch (CertificateException e) {
            return Optional.empty();
        }
        Bytes presented = sha256.value();
        return configuration.get().identities().stream()
                .filter(i -> i.certificateSha256().filter(presented::equals).isPresent())
                .findFirst()
                .map(i -> caller(i, presented));
    }

    private static Caller caller(Identity identity, Bytes presented) {
        return new Caller(
                identity.name(),
                identity.roles(),
                Optional.empty(),
                Optional.empty(),
                "certificate:" + presented.hex());
    }
}
