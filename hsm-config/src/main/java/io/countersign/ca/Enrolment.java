package io.countersign.ca;

import java.time.LocalDate;

/**
 * What an applicant for a code-signing certificate stated, and how it was verified.
 *
 * @param text the file as it was given
 */
public record Enrolment(
        String text,
        Subject subject,
        Operation operation,
        Presence presence,
        KeyProtection keyProtection,
        Requester requester,
        Vetting vetting) {

    /**
     * The legal identity.
     *
     * @param category one of four, such as Private Organization
     * @param jurisdiction where it is registered, ISO 3166
     * @param verifiedWith the register or agency that confirmed it
     */
    public record Subject(
            String organization,
            String registrationNumber,
            String category,
            String jurisdiction,
            String country,
            String locality,
            String verifiedWith) {}

    /**
     * Its history.
     *
     * @param bankAccountVerified whether a bank confirmed a current demand deposit account
     */
    public record Operation(LocalDate since, boolean bankAccountVerified) {}

    /** Where it is found. */
    public record Presence(String address, String verifiedBy) {}

    /**
     * Where its private key lives.
     *
     * @param certification such as FIPS 140-2 level 2
     * @param proof how the CA knows, such as the device's key attestation
     */
    public record KeyProtection(String device, String certification, String proof) {}

    /** Who asks for it, and how it was verified that he may. */
    public record Requester(String name, String authorityVerifiedBy) {}

    /** Who looked at all this, and when. */
    public record Vetting(String collectedBy, String approvedBy, LocalDate date) {}
}
