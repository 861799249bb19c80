package io.countersign.ca;

import io.countersign.home.Configuration;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A CA of this home: a key of countersign.yaml whose certificate is a CA's. Made from files alone; no token is opened.
 *
 * @param name that of its certificate's file, without {@code .pem}: how addresses and lists call it
 * @param key the key's name in countersign.yaml
 * @param chain its certificate first, the root last
 */
public record Authority(String name, String key, List<X509Certificate> chain) {
    public Authority {
        chain = List.copyOf(chain);
    }

    /** Every CA of a home, by name. */
    public static Map<String, Authority> of(Configuration configuration) throws IOException {
        Map<String, Authority> authorities = new LinkedHashMap<>();
        for (Configuration.Key key : configuration.keys()) {
            List<X509Certificate> chain = new ArrayList<>();
            for (Path file : key.chain()) {
                chain.addAll(PemCertificates.read(file));
            }
            if (chain.get(0).getBasicConstraints() >= 0) {
                String name = key.chain().get(0).getFileName().toString().replaceFirst("\\.[a-z]+$", "");
                authorities.put(name, new Authority(name, key.name(), chain));
            }
        }
        return authorities;
    }

    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** Whether this is the issuer of a certificate. */
    public boolean issued(X509Certificate other) {
        return other.getIssuerX500Principal().equals(certificate().getSubjectX500Principal());
    }

    /** A CA that may have none below it issues to subscribers (CSBR 7.1.2.2); the others to CAs and timestamp authorities. */
    boolean issuesToSubscribers() {
        return certificate().getBasicConstraints() == 0;
    }
}
