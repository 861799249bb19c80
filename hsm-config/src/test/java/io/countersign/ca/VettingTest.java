package io.countersign.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.ca.CannotIssue.Objection;
import io.countersign.ca.Vetted.Finding;
import io.countersign.home.ConfigurationException;
import io.countersign.key.KeyAttributes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VettingTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-11-23");
    private static final KeyAttributes CONFINED = new KeyAttributes(true, true, true, false, true);

    private static final String GOOD = """
            subject:
              organization: Example Drivers GmbH
              registrationNumber: HRB 4711
              category: Private Organization
              jurisdiction: DE
              country: DE
              locality: Bonn
              verifiedWith: commercial register of Bonn
            operation:
              since: "2015-05-01"
            presence:
              address: Somewhere 1, Bonn
              verifiedBy: visit of 2026-11-02
            keyProtection:
              device: YubiHSM 2 FIPS
              certification: FIPS 140-2 level 3
              proof: key attestation of the device
            requester:
              name: Alice Example
              authorityVerifiedBy: call to the register's telephone number
            vetting:
              collectedBy: Carol
              approvedBy: Dave
              date: "2026-11-20"
            """;

    private static Vetted vet(String text, Optional<KeyAttributes> attributes) throws Exception {
        Enrolment enrolment = EnrolmentFile.read(Path.of("e.yaml"), text.getBytes(StandardCharsets.UTF_8));
        return VettingRules.apply(enrolment, attributes, List.of(), TODAY);
    }

    @Test
    void aGoodEnrolmentPassesEachRuleAndTheRecordSaysWhatWasFound() throws Exception {
        Vetted vetted = vet(GOOD, Optional.empty());

        assertThat(vetted.enrolment()).isEqualTo(GOOD);
        assertThat(vetted.findings())
                .extracting(Finding::rule)
                .containsExactly(
                        "legal-identity",
                        "business-category",
                        "operational-existence",
                        "physical-existence",
                        "requester",
                        "key-protection",
                        "two-people",
                        "age-of-vetting");
        assertThat(vetted.findings()).allMatch(f -> f.citation().matches("(EVG|CSBR) [0-9].*"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            country: DE             | country: QQ                   | legal-identity        | not both countries
            Private Organization    | Band of Friends               | business-category     | no category
            since: "2015-05-01"     | since: "2025-05-01"           | operational-existence | not 3 years
            since: "2015-05-01"     | since: "2030-05-01"           | operational-existence | not 3 years
            visit of 2026-11-02     | not verified                  | physical-existence    | was not verified
            name: Alice Example     | name: Dave                    | requester             | asks for the certificate and approves
            FIPS 140-2 level 3      | FIPS 140-2 level 1            | key-protection        | no protection
            FIPS 140-2 level 3      | lab                           | key-protection        | only a request
            name: Alice Example     | name: "dave "                 | requester             | asks for the certificate and approves
            approvedBy: Dave        | approvedBy: carol             | two-people            | collected the information and approved
            approvedBy: Dave        | approvedBy: "\\u00a0\\uff23arol" | two-people            | collected the information and approved
            date: "2026-11-20"      | date: "2025-10-01"            | age-of-vetting        | at most 398
            date: "2026-11-20"      | date: "2026-11-24"            | age-of-vetting        | to come
            """)
    void eachRuleRefusesWhatItIsFor(String good, String bad, String rule, String message) {
        CannotIssue refused =
                catchThrowableOfType(CannotIssue.class, () -> vet(GOOD.replace(good, bad), Optional.empty()));

        assertThat(refused.objections()).singleElement().satisfies(o -> {
            assertThat(o.rule()).isEqualTo(rule);
            assertThat(o.message()).contains(message);
            assertThat(o.citation()).isNotEmpty();
            assertThat(o.remedy()).isNotEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "organization: \"abc\\u202egnp.exe\"",
                "organization: \"a\\u2028b\"",
                "organization: \"\\u200b\"",
                "organization: \"\\u00a0\"",
                "organization: \"a\\e[31m\""
            })
    void aNameThatIsNotWhatItLooksLikeIsRefused(String name) {
        assertThatThrownBy(() -> vet(GOOD.replace("organization: Example Drivers GmbH", name), Optional.empty()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("not at most 58 printable characters");
    }

    @Test
    void aLongTextIsNotRepeatedWhole() {
        assertThatThrownBy(() -> vet(GOOD.replace("Example Drivers GmbH", "x".repeat(5000)), Optional.empty()))
                .message()
                .hasSizeLessThan(600);
    }

    @Test
    void allReasonsAreToldAtOnce() {
        CannotIssue refused = catchThrowableOfType(
                CannotIssue.class,
                () -> vet(GOOD.replace("DE", "QQ").replace("2015", "2026").replace("Dave", "Carol"), Optional.empty()));

        assertThat(refused.objections())
                .extracting(Objection::rule)
                .containsExactly("legal-identity", "operational-existence", "two-people");
    }

    @Test
    void aLabKeyIsEnoughWhereTheCaSeesThatItCannotLeaveItsToken() throws Exception {
        String lab = GOOD.replace("FIPS 140-2 level 3", "lab");

        assertThat(vet(lab, Optional.of(CONFINED)).findings())
                .anyMatch(f -> f.rule().equals("key-protection") && f.found().contains("good for a LAB alone"));
        assertThatThrownBy(() -> vet(lab, Optional.of(new KeyAttributes(true, true, true, true, true))))
                .isInstanceOf(CannotIssue.class);
    }

    @Test
    void anEnrolmentThatIsNoneIsRefusedWithAllItsLines() {
        assertThatThrownBy(() -> vet(
                        GOOD.replace("since: \"2015-05-01\"", "since: yesterday")
                                .replace("  locality: Bonn\n", "")
                                .replace("device:", "devise:"),
                        Optional.empty()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("e.yaml:2: 'locality' is missing in subject")
                .hasMessageContaining("e.yaml:9: 'since' in operation is 'yesterday', not a date in quotes")
                .hasMessageContaining("e.yaml:14: 'devise' is not known in keyProtection");
        assertThatThrownBy(() -> EnrolmentFile.read(Path.of("e"), new byte[70_000]))
                .hasMessageContaining("larger than 65536 bytes");
    }
}
