package io.countersign.signer.identity.oidc;

import io.countersign.home.Issuer;
import io.countersign.policy.GitHubEvents;
import io.countersign.policy.Origin;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What ID tokens of CI systems say of the build they were made for: GitHub Actions
 * (https://docs.github.com/actions/reference/security/oidc) and GitLab
 * (https://docs.gitlab.com/ci/secrets/id_token_authentication/#token-payload).
 */
final class BuildClaims {
    private static final String GITHUB = "https://token.actions.githubusercontent.com";

    /** Begins a ref that is no branch and no tag. */
    private static final String OTHER = "refs/other/";

    /** What starts a pipeline for a ref of the project itself (https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable). */
    private static final Set<String> GITLAB_SOURCES = Set.of("push", "tag", "schedule", "web", "api", "trigger");

    private BuildClaims() {}

    /** Empty where the claims are of neither, or make no address. */
    static Optional<Origin> origin(Issuer issuer, Map<String, String> claims) {
        Function<String, String> claim = name -> claims.getOrDefault(name, "");
        try {
            if (claims.containsKey("repository_id") && claims.containsKey("repository")) {
                return Optional.of(github(issuer, claim));
            }
            if (claims.containsKey("project_id") && claims.containsKey("project_path")) {
                return Optional.of(gitlab(issuer, claim));
            }
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static Origin github(Issuer issuer, Function<String, String> claim) {
        // Of GitHub Enterprise Server, https://HOST/_services/token.
        String host = issuer.url().toString().equals(GITHUB) ? "https://github.com" : server(issuer);
        String repository = host + "/" + claim.apply("repository");
        return new Origin(
                issuer.name(),
                URI.create(repository),
                claim.apply("repository_id"),
                claim.apply("repository_owner_id"),
                gitHubRef(claim.apply("event_name"), claim.apply("ref")),
                claim.apply("sha"),
                workflow(claim.apply("workflow_ref"), claim.apply("repository") + "/"),
                claim.apply("runner_environment"),
                claim.apply("environment"),
                attempt(claim.apply("run_attempt")),
                URI.create(repository + "/actions/runs/" + claim.apply("run_id")));
    }

    /** The ref that a pull_request_target or workflow_run names is a branch of the repository; what is built need not be. */
    private static String gitHubRef(String event, String ref) {
        return GitHubEvents.buildTheirRef(event) ? ref : OTHER + event + "/" + ref;
    }

    /** The ref of a merge request's pipeline is that of its branch, which may be a fork's. */
    private static String gitLabRef(String source, String kind, String ref) {
        if (!GITLAB_SOURCES.contains(source)) {
            return OTHER + source + "/" + ref;
        }
        return (kind.equals("branch") ? "refs/heads/" : kind.equals("tag") ? "refs/tags/" : OTHER) + ref;
    }

    private static Origin gitlab(Issuer issuer, Function<String, String> claim) {
        String project = server(issuer) + "/" + claim.apply("project_path");
        return new Origin(
                issuer.name(),
                URI.create(project),
                claim.apply("project_id"),
                claim.apply("namespace_id"),
                gitLabRef(claim.apply("pipeline_source"), claim.apply("ref_type"), claim.apply("ref")),
                claim.apply("sha"),
                workflow(
                        claim.apply("ci_config_ref_uri"),
                        issuer.url().getHost() + "/" + claim.apply("project_path") + "//"),
                claim.apply("runner_environment"),
                claim.apply("environment"),
                // A pipeline that runs again is another pipeline; jobs that run again are not told.
                0,
                URI.create(project + "/-/pipelines/" + claim.apply("pipeline_id")));
    }

    private static String server(Issuer issuer) {
        return issuer.url().getScheme() + "://" + issuer.url().getRawAuthority();
    }

    /** The path of a file that is the repository's own; one of another repository keeps its name, which no pattern of paths matches. */
    private static String workflow(String reference, String repository) {
        int at = reference.indexOf('@');
        String path = at < 0 ? reference : reference.substring(0, at);
        return path.startsWith(repository) ? path.substring(repository.length()) : path;
    }

    private static int attempt(String text) {
        return text.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(text) : 0;
    }
}
