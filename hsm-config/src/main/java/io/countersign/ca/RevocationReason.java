package io.countersign.ca;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Why a certificate is revoked: the reason codes of RFC 5280 section 5.3.1 that a certificate may have for good. Suspending one
 * (certificateHold) is not for code-signing certificates: CSBR 4.9.13.
 */
public enum RevocationReason {
    UNSPECIFIED("unspecified", 0),
    KEY_COMPROMISE("keyCompromise", 1),
    CA_COMPROMISE("cACompromise", 2),
    AFFILIATION_CHANGED("affiliationChanged", 3),
    SUPERSEDED("superseded", 4),
    CESSATION_OF_OPERATION("cessationOfOperation", 5),
    PRIVILEGE_WITHDRAWN("privilegeWithdrawn", 9);

    private final String label;
    private final int code;

    RevocationReason(String label, int code) {
        this.label = label;
        this.code = code;
    }

    /** As RFC 5280 writes it. */
    public String label() {
        return label;
    }

    /** CRLReason. */
    public int code() {
        return code;
    }

    /** Whatever the case. */
    public static Optional<RevocationReason> named(String label) {
        return Arrays.stream(values())
                .filter(r -> r.label.equalsIgnoreCase(label))
                .findFirst();
    }

    /** For messages. */
    public static String known() {
        return Arrays.stream(values()).map(RevocationReason::label).collect(Collectors.joining(", "));
    }
}
