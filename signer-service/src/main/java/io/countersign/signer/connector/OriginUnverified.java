package io.countersign.signer.connector;

import io.countersign.policy.RuleId;
import io.countersign.policy.Violation;
import java.util.List;
import java.util.stream.Collectors;

/** A file is not known to be what a build made, or the build is none that may be signed. */
public final class OriginUnverified extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Violation> violations;

    OriginUnverified(List<Violation> violations) {
        super(violations.stream().map(v -> v.reason() + "; " + v.remedy()).collect(Collectors.joining(". ")));
        this.violations = List.copyOf(violations);
    }

    OriginUnverified(String reason, String remedy) {
        this(List.of(new Violation(RuleId.ORIGIN_VERIFIED, reason, remedy)));
    }

    /** Every reason; never empty. */
    public List<Violation> violations() {
        return violations;
    }
}
