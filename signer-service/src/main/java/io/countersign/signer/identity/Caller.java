package io.countersign.signer.identity;

import io.countersign.home.Role;
import io.countersign.policy.Origin;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Somebody who proved to be an identity of {@code countersign.yaml}.
 *
 * @param name the identity's
 * @param roles what it may do anywhere
 * @param scope what its credential is bound to; empty for whatever the identity may do
 * @param origin where the build comes from that calls, if its credential says so
 * @param session which credential proved it, for the record: never the secret
 * @param submitsUntil when its credential ceases to be good for submitting, if it does before it expires
 */
public record Caller(
        String name,
        Set<Role> roles,
        Optional<Scope> scope,
        Optional<Origin> origin,
        String session,
        Optional<Instant> submitsUntil) {
    public Caller {
        roles = Set.copyOf(roles);
    }

    /** By a credential that is good for everything as long as it is good. */
    public Caller(String name, Set<Role> roles, Optional<Scope> scope, Optional<Origin> origin, String session) {
        this(name, roles, scope, origin, session, Optional.empty());
    }

    /** By a token of the configuration. */
    public static Caller configured(String name, Set<Role> roles) {
        return new Caller(name, roles, Optional.empty(), Optional.empty(), "configuration");
    }

    /**
     * One project, or one policy of it.
     *
     * @param project its slug
     * @param policy its slug; empty for every policy of the project
     */
    public record Scope(String project, Optional<String> policy) {
        public boolean covers(String project, String policy) {
            return coversProject(project) && this.policy.map(policy::equals).orElse(true);
        }

        public boolean coversProject(String project) {
            return this.project.equals(project);
        }
    }
}
