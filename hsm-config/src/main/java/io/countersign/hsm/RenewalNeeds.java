package io.countersign.hsm;

import io.countersign.hsm.CeremonyPlan.PlannedCertificate;
import io.countersign.hsm.CeremonyPlan.PlannedKey;
import io.countersign.hsm.CeremonyPlan.PlannedToken;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a home lacks of what the ceremony makes today.
 *
 * @param baseUrl where certificates are to point to
 * @param changesBaseUrl whether countersign.yaml has another
 * @param certificates in an order in which each stands behind its issuer
 * @param tokensToMake tokens there are not
 * @param tokensToName tokens countersign.yaml does not have
 * @param keysToName keys countersign.yaml does not have
 * @param present the ceremony's certificates that are there, by file
 * @param notes what people should know and this does not change
 */
record RenewalNeeds(
        URI baseUrl,
        boolean changesBaseUrl,
        List<Reissue> certificates,
        List<PlannedToken> tokensToMake,
        List<PlannedToken> tokensToName,
        List<KeyToName> keysToName,
        Map<String, X509Certificate> present,
        List<String> notes) {
    RenewalNeeds {
        certificates = List.copyOf(certificates);
        tokensToMake = List.copyOf(tokensToMake);
        tokensToName = List.copyOf(tokensToName);
        keysToName = List.copyOf(keysToName);
        present = Map.copyOf(present);
        notes = List.copyOf(notes);
    }

    /**
     * A certificate to make.
     *
     * @param old the one it replaces; empty where there is none yet
     * @param why in words
     */
    record Reissue(
            PlannedKey key,
            PlannedCertificate plan,
            Optional<X509Certificate> old,
            LabCertificate.Validity validity,
            String why) {}

    /** A key and the certificate it is to be named with. */
    record KeyToName(PlannedKey key, PlannedCertificate certificate) {}

    boolean isNone() {
        return !changesFiles() && !changesConfiguration();
    }

    boolean changesFiles() {
        return !certificates.isEmpty() || !tokensToMake.isEmpty();
    }

    boolean changesConfiguration() {
        return changesBaseUrl || !tokensToName.isEmpty() || !keysToName.isEmpty();
    }
}
