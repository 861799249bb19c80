package io.countersign.signer.connector;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.home.Configuration.Repository;
import io.countersign.policy.GitHubEvents;
import io.countersign.policy.Origin;
import io.countersign.policy.RepositoryPolicy;
import io.countersign.policy.RuleId;
import io.countersign.policy.Violation;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What GitHub tells of a run. The API names what was built by its short name alone, be it a branch's or a tag's, and by that of a
 * fork's branch too; so a name is believed only where one of the two exists and has the commit in it.
 */
final class WorkflowRun {
    private static final int PAGE = 100;
    private static final int MOST_PAGES = 10;

    private final GitHubApi github;
    private final JsonNode run;
    private final String commit;

    private WorkflowRun(GitHubApi github, JsonNode run) {
        this.github = github;
        this.run = run;
        this.commit = run.path("head_sha").asText();
    }

    static WorkflowRun read(GitHubApi github, String id) throws OriginUnverified, GitHubUnavailable {
        WorkflowRun run = new WorkflowRun(github, github.get("/actions/runs/" + id, "workflow run " + id));
        if (!run.commit.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
            throw new GitHubUnavailable("GitHub names no commit for run " + id);
        }
        return run;
    }

    /** @throws OriginUnverified if it does not say which sources were built */
    Origin origin() throws OriginUnverified, GitHubUnavailable {
        String repositoryId = run.path("repository").path("id").asText();
        String event = run.path("event").asText();
        if (!GitHubEvents.buildTheirRef(event)
                || !run.path("head_repository").path("id").asText().equals(repositoryId)) {
            throw new OriginUnverified(
                    "the run was started by \"" + event + "\" for "
                            + run.path("head_repository").path("full_name").asText()
                            + ": what it builds need not be in the repository",
                    "sign in a workflow that runs on push, release, schedule or workflow_dispatch of the repository itself");
        }
        return new Origin(
                Repository.GITHUB_API,
                URI.create(run.path("repository").path("html_url").asText()),
                repositoryId,
                run.path("repository").path("owner").path("id").asText(),
                ref(run.path("head_branch").asText()),
                commit,
                // Some answers have @REF after it.
                run.path("path").asText().replaceFirst("@.*", ""),
                runner(),
                "",
                run.path("run_attempt").asInt(),
                URI.create(run.path("html_url").asText()));
    }

    private String ref(String name) throws OriginUnverified, GitHubUnavailable {
        Optional<JsonNode> branch = github.find("/git/ref/heads/" + GitHubApi.encoded(name));
        Optional<JsonNode> tag = github.find("/git/ref/tags/" + GitHubApi.encoded(name));
        if (branch.isPresent() == tag.isPresent()) {
            throw new OriginUnverified(
                    "\"" + name + "\" is "
                            + (branch.isPresent() ? "a branch and a tag" : "neither a branch nor a tag any more")
                            + ", so it cannot be told what was built",
                    "keep the branch or tag until the file is signed, and let no tag have a branch's name");
        }
        if (branch.isPresent()) {
            requireIn(name, branch.get().path("object").path("sha").asText());
            return "refs/heads/" + name;
        }
        requireTagged(name, tag.get().path("object"));
        return "refs/tags/" + name;
    }

    private void requireIn(String branch, String head) throws OriginUnverified, GitHubUnavailable {
        String status = github.get("/compare/" + commit + "..." + head, "comparison with branch " + branch)
                .path("status")
                .asText();
        if (!status.equals("ahead") && !status.equals("identical")) {
            throw new OriginUnverified(
                    "commit " + commit + " is not in branch \"" + branch + "\"",
                    "build what the branch has; a branch that was written anew has other commits");
        }
    }

    private void requireTagged(String tag, JsonNode object) throws OriginUnverified, GitHubUnavailable {
        String sha = object.path("sha").asText();
        String tagged = object.path("type").asText().equals("tag")
                ? github.get("/git/tags/" + GitHubApi.encoded(sha), "tag " + tag)
                        .path("object")
                        .path("sha")
                        .asText()
                : sha;
        if (!tagged.equals(commit)) {
            throw new OriginUnverified(
                    "tag \"" + tag + "\" is of commit " + tagged + ", and the run built " + commit,
                    "run the workflow again for the tag as it is");
        }
    }

    /** GitHub's own, if every job that had a runner had one of those, in whatever attempt: the artifact may be of any of them. */
    private String runner() throws OriginUnverified, GitHubUnavailable {
        boolean hosted = true;
        int seen = 0;
        int ran = 0;
        for (int page = 1; page <= MOST_PAGES; page++) {
            JsonNode answer = github.get(
                    "/actions/runs/" + run.path("id").asText() + "/jobs?filter=all&per_page=" + PAGE + "&page=" + page,
                    "jobs of the run");
            for (JsonNode job : answer.path("jobs")) {
                seen++;
                if (job.path("runner_id").asLong() != 0) {
                    ran++;
                    hosted &= isHosted(job);
                }
            }
            if (seen >= answer.path("total_count").asInt()
                    || answer.path("jobs").isEmpty()) {
                return hosted && ran > 0 ? "github-hosted" : "self-hosted";
            }
        }
        return "self-hosted";
    }

    private static boolean isHosted(JsonNode job) {
        for (JsonNode label : job.path("labels")) {
            if (label.asText().equals("self-hosted")) {
                return false;
            }
        }
        return job.path("runner_group_name").asText().equals("GitHub Actions");
    }

    /** What the repository's own file of the commit demands of the build, beyond countersign.yaml. */
    List<Violation> againstItsOwnPolicy(String project, String policy, Origin origin)
            throws OriginUnverified, GitHubUnavailable {
        String path = RepositoryPolicy.path(project, policy);
        Optional<String> text = github.file(path, commit);
        if (text.isEmpty()) {
            return List.of();
        }
        RepositoryPolicy.Read read = RepositoryPolicy.read(text.get());
        List<Violation> violations = new ArrayList<>();
        read.problems()
                .forEach(
                        p -> violations.add(new Violation(RuleId.ORIGIN_VERIFIED, path + ": " + p, "change the file")));
        if (violations.isEmpty()) {
            violations.addAll(read.policy().violations(origin));
        }
        return violations;
    }
}
