package io.countersign.hsm;

import io.countersign.home.Configuration;
import io.countersign.home.Home;
import io.countersign.key.KeyAttributes;
import java.time.InstantSource;
import java.util.List;

/**
 * What {@code countersign hsm status} tells: every token of the configuration, every private key in it, and what is wrong. Made
 * of texts, numbers and lists only, so that it prints and becomes JSON as it is.
 *
 * @param problems what is wrong, a sentence each with what to do; empty where all is well
 */
public record HsmStatus(List<TokenStatus> tokens, List<String> problems) {
    public HsmStatus {
        tokens = List.copyOf(tokens);
        problems = List.copyOf(problems);
    }

    /**
     * A token of countersign.yaml.
     *
     * @param name its name in countersign.yaml
     * @param label CK_TOKEN_INFO.label
     * @param module the PKCS#11 module
     * @param available false where it could not be opened: then a problem says why, and the rest is empty
     * @param model the device, as its maker calls it
     * @param serial CK_TOKEN_INFO.serialNumber
     */
    public record TokenStatus(
            String name,
            String label,
            String module,
            boolean available,
            String model,
            String serial,
            List<KeyStatus> keys) {
        public TokenStatus {
            keys = List.copyOf(keys);
        }
    }

    /**
     * A private key in a token.
     *
     * @param label CKA_LABEL
     * @param name its name in countersign.yaml; empty where the configuration does not name it, as it does no CA key
     * @param type such as {@code RSA-3072} or {@code P-256}; empty without a certificate
     * @param signs true if it signed just now and its certificate verified that signature
     * @param certificates those countersign.yaml names first in chains of the key; where it names none, those of the same CKA_ID in the token
     */
    public record KeyStatus(
            String label,
            String name,
            String type,
            KeyAttributes attributes,
            boolean signs,
            List<CertificateStatus> certificates) {
        public KeyStatus {
            certificates = List.copyOf(certificates);
        }
    }

    /**
     * A certificate of a key.
     *
     * @param subject RFC 2253
     * @param issuer RFC 2253
     * @param serial hexadecimal
     * @param sha256 of the DER form, hexadecimal
     * @param notAfter ISO 8601, UTC
     * @param daysLeft whole days until notAfter; negative after it
     */
    public record CertificateStatus(
            String subject, String issuer, String serial, String sha256, String notAfter, long daysLeft) {}

    /**
     * Looks now. Each key signs once, journalled as {@link KeyPurpose#SELF_TEST}. What fails becomes a problem.
     *
     * @param time the time certificates are judged at
     */
    public static HsmStatus read(Home home, Configuration configuration, InstantSource time) {
        return new HsmExamination(home, configuration, time.instant()).status();
    }
}
