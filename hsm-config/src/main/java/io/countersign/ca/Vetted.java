package io.countersign.ca;

import java.util.List;

/**
 * That an enrolment was vetted: what the applicant stated, and what each rule found.
 *
 * @param enrolment the enrolment file as it was given
 */
public record Vetted(String enrolment, List<Finding> findings) {
    public Vetted {
        findings = List.copyOf(findings);
    }

    /**
     * What one rule found.
     *
     * @param citation where the CA/Browser Forum asks for it
     */
    public record Finding(String rule, String citation, String found) {}
}
