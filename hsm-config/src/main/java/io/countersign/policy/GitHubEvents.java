package io.countersign.policy;

import java.util.Set;

/**
 * What starts a GitHub workflow (https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows) so
 * that it builds what the repository itself has, at the ref that the run names. A pull request's run is of what somebody proposes,
 * also where it names the branch that is to take it, and one that follows another run may take over what that one made of such a
 * proposal.
 */
public final class GitHubEvents {
    private static final Set<String> OF_THE_REPOSITORY =
            Set.of("push", "release", "workflow_dispatch", "repository_dispatch", "schedule", "create");

    private GitHubEvents() {}

    /** Whether a run that this started builds the ref it names. */
    public static boolean buildTheirRef(String event) {
        return OF_THE_REPOSITORY.contains(event);
    }
}
