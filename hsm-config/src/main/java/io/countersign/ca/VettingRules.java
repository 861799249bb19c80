package io.countersign.ca;

import io.countersign.ca.CannotIssue.Objection;
import io.countersign.ca.Vetted.Finding;
import io.countersign.key.KeyAttributes;
import java.text.Normalizer;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What the EV CA asks before it certifies anybody: the CA/Browser Forum's "Guidelines for the Issuance and Management of Extended
 * Validation Certificates" (EVG, sections as numbered since 2.0), which CSBR 3.2.2.2 makes the rule for EV code signing, and
 * CSBR's own. The rules judge what the file states; that it is true is for those who sign it off.
 */
final class VettingRules {
    /** EVG 3.2.2.14.3: information older than this is to be gathered anew. */
    private static final int MAXIMUM_AGE_DAYS = 398;

    /** EVG 3.2.2.6.2: younger applicants show a bank account. */
    private static final int ESTABLISHED_YEARS = 3;

    private static final Set<String> CATEGORIES =
            Set.of("Private Organization", "Government Entity", "Business Entity", "Non-Commercial Entity");

    /** CSBR 6.2.7.4.1. */
    private static final String CERTIFIED = "fips 140-[23] level [234]|common criteria eal [4-7]\\+?";

    private static final String LAB_ONLY = "lab";

    /** ISO 3166 leaves XX to users. */
    private static final String NOBODYS = "XX";

    private final Enrolment enrolment;
    private final Optional<KeyAttributes> attributes;
    private final LocalDate today;
    private final List<Objection> objections = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    private VettingRules(Enrolment enrolment, Optional<KeyAttributes> attributes, LocalDate today) {
        this.enrolment = enrolment;
        this.attributes = attributes;
        this.today = today;
    }

    /**
     * Holds every rule against an enrolment.
     *
     * @param attributes of the key, where the CA has it before its eyes; empty if there is only a request
     * @param more objections found elsewhere, told with the rest
     * @throws CannotIssue with all objections
     */
    static Vetted apply(Enrolment enrolment, Optional<KeyAttributes> attributes, List<Objection> more, LocalDate today)
            throws CannotIssue {
        VettingRules rules = new VettingRules(enrolment, attributes, today);
        rules.legalIdentity();
        rules.category();
        rules.operation();
        rules.presence();
        rules.requester();
        rules.keyProtection();
        rules.twoPeople();
        rules.age();
        rules.objections.addAll(more);
        if (!rules.objections.isEmpty()) {
            throw new CannotIssue(rules.objections);
        }
        return new Vetted(enrolment.text(), rules.findings);
    }

    private void judge(boolean good, String rule, String citation, String found, String objection, String remedy) {
        if (good) {
            findings.add(new Finding(rule, citation, found));
        } else {
            objections.add(new Objection(rule, citation, objection, remedy));
        }
    }

    private void legalIdentity() {
        Enrolment.Subject s = enrolment.subject();
        judge(
                isCountry(s.jurisdiction()) && isCountry(s.country()),
                "legal-identity",
                "EVG 3.2.2.2",
                s.organization() + ", " + s.registrationNumber() + ", confirmed by " + s.verifiedWith(),
                "jurisdiction " + s.jurisdiction() + " and country " + s.country() + " are not both countries",
                "write the ISO 3166 codes of the register's country and of the address");
    }

    private static boolean isCountry(String code) {
        return code.equals(NOBODYS) || Set.of(Locale.getISOCountries()).contains(code);
    }

    private void category() {
        String category = enrolment.subject().category();
        judge(
                CATEGORIES.contains(category),
                "business-category",
                "EVG 7.1.4.2.3",
                category,
                "'" + category + "' is no category of subjects",
                "write one of: "
                        + String.join(", ", CATEGORIES.stream().sorted().toList()));
    }

    private void operation() {
        long years = ChronoUnit.YEARS.between(enrolment.operation().since(), today);
        judge(
                years >= ESTABLISHED_YEARS
                        || (years >= 0
                                && enrolment.operation().bankAccountVerified()
                                && !enrolment.operation().since().isAfter(today)),
                "operational-existence",
                "EVG 3.2.2.6",
                years >= ESTABLISHED_YEARS ? "in operation for " + years + " years" : "a bank confirmed its account",
                "in operation since " + enrolment.operation().since() + ", which is not " + ESTABLISHED_YEARS
                        + " years, and no bank confirmed an account",
                "have a bank confirm a current demand deposit account and set bankAccountVerified: true");
    }

    private void presence() {
        judge(
                !enrolment.presence().verifiedBy().toLowerCase(Locale.ROOT).contains("not verified"),
                "physical-existence",
                "EVG 3.2.2.4",
                enrolment.presence().address() + ", verified by "
                        + enrolment.presence().verifiedBy(),
                "the address was not verified",
                "have somebody visit the address, or have the incorporating agency confirm it");
    }

    private void requester() {
        judge(
                !isSamePerson(enrolment.requester().name(), enrolment.vetting().approvedBy()),
                "requester",
                "EVG 3.2.2.8",
                enrolment.requester().name() + " may ask for it: "
                        + enrolment.requester().authorityVerifiedBy(),
                enrolment.requester().name() + " asks for the certificate and approves it",
                "have somebody of the CA approve it");
    }

    /** Capitals, spaces and other ways to write the same letters make nobody another person. */
    private static boolean isSamePerson(String one, String other) {
        return plain(one).equals(plain(other));
    }

    private static String plain(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFKC)
                .replaceAll("\\p{Z}+", " ")
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    private void keyProtection() {
        Enrolment.KeyProtection protection = enrolment.keyProtection();
        String certification = protection.certification().toLowerCase(Locale.ROOT);
        boolean certified = certification.matches(CERTIFIED);
        boolean seen = attributes.map(KeyAttributes::confinedToToken).orElse(false);
        judge(
                certified || (certification.equals(LAB_ONLY) && seen),
                "key-protection",
                "CSBR 6.2.7.4.1",
                certified
                        ? protection.device() + ", " + protection.certification() + ", shown by " + protection.proof()
                        : protection.device()
                                + ", not certified: good for a LAB alone; the CA saw in the token that the key was made there"
                                + " and cannot leave it",
                "'" + protection.certification() + "' is no protection a subscriber's key may have"
                        + (certification.equals(LAB_ONLY) ? " where the CA has only a request to go by" : ""),
                "keep the key in a device of FIPS 140-2 level 2, FIPS 140-3 level 2 or Common Criteria EAL 4+, and say so;"
                        + " 'lab' will do for a key of this home's tokens, named with --key");
    }

    private void twoPeople() {
        Enrolment.Vetting vetting = enrolment.vetting();
        judge(
                !isSamePerson(vetting.collectedBy(), vetting.approvedBy()),
                "two-people",
                "EVG 3.2.2.13, CSBR 5.2.4",
                vetting.collectedBy() + " collected it, " + vetting.approvedBy() + " approved it",
                vetting.approvedBy() + " collected the information and approved it",
                "have another person go through it all and approve");
    }

    private void age() {
        LocalDate date = enrolment.vetting().date();
        long days = ChronoUnit.DAYS.between(date, today);
        judge(
                days >= 0 && days <= MAXIMUM_AGE_DAYS,
                "age-of-vetting",
                "EVG 3.2.2.14.3",
                "vetted on " + date,
                "vetted on " + date + ", "
                        + (days < 0
                                ? "which is to come"
                                : days + " days ago, at most " + MAXIMUM_AGE_DAYS + " are allowed"),
                "vet the applicant again and put the day there");
    }
}
