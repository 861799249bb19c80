package io.countersign.signer.policy;

import io.countersign.policy.Violation;
import java.util.List;
import java.util.stream.Collectors;

/** No, for all of these reasons. */
public record Refused(List<Violation> violations) implements Decision {
    public Refused {
        violations = List.copyOf(violations);
        if (violations.isEmpty()) {
            throw new IllegalArgumentException("a refusal names at least one violation");
        }
    }

    /** Every violation with its remedy, as one sentence or more. */
    public String reason() {
        return violations.stream().map(v -> v.reason() + "; " + v.remedy()).collect(Collectors.joining(". "));
    }
}
