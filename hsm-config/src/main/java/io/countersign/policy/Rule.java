package io.countersign.policy;

import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import java.util.List;

/** Something a policy may demand. */
interface Rule {
    /** What of it is not met; empty if nothing, or if the policy does not demand it. */
    List<Violation> test(Project project, Policy policy, Facts facts);
}
