package io.countersign.signer.api;

import java.util.Optional;

/** What Resubmit is told, checked as a whole. */
record ResubmissionForm(String originalSigningRequestId, String signingPolicySlug, Optional<String> description) {
    /** @throws Problem.Refusal if the form cannot be taken, naming everything that is wrong with it */
    static ResubmissionForm read(FormFields form) {
        ResubmissionForm read = new ResubmissionForm(
                form.text("originalSigningRequestId").orElse(""),
                form.slug("signingPolicySlug"),
                form.folded("description"));
        form.requireGood();
        return read;
    }
}
