package io.countersign.signer.connector;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Configuration.Repository;
import io.countersign.home.Policy;
import io.countersign.key.DigestAlgorithm;
import io.countersign.policy.Origin;
import io.countersign.policy.RuleId;
import io.countersign.policy.Violation;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.Conflict;
import io.countersign.signer.pipeline.Intake;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.pipeline.UnsignableUpload;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Submits what a GitHub workflow built. Whoever asks names a run and an artifact of it and lends a token to read them; everything
 * that policy judges comes from GitHub. The token is used during the call and kept nowhere. Safe for several threads.
 */
public final class GitHubConnector {
    private final Supplier<Configuration> configuration;
    private final Intake intake;
    private final Path work;
    private final long most;

    /**
     * @param work a folder for downloads, on the file system of the artifacts
     * @param most how many bytes a file may have
     */
    public GitHubConnector(Supplier<Configuration> configuration, Intake intake, Path work, long most) {
        this.configuration = configuration;
        this.intake = intake;
        this.work = work;
        this.most = most;
    }

    /**
     * Fetches the artifact and submits its file with the origin that GitHub tells. The same artifact for the same policy is one
     * request, however often it is submitted.
     *
     * @param safeName makes a name from an archive fit to show and to save under
     * @throws OriginUnverified if GitHub does not vouch for it, or for another than the project's repository
     * @throws GitHubUnavailable if GitHub does not answer
     * @throws SubmissionRefused if policy says no
     * @throws UnsignableUpload if the file cannot be signed
     * @throws Conflict if GitHub gave another file for the artifact before
     * @throws IOException if the file could not be kept
     */
    public Intake.Taken submit(
            Caller caller, String project, String policy, WorkflowArtifact asked, Function<String, String> safeName)
            throws OriginUnverified, GitHubUnavailable, SubmissionRefused, UnsignableUpload, Conflict, IOException {
        Configuration now = configuration.get();
        requireSubmitter(now, caller, project, policy);
        Repository wanted = repository(now, project);
        GitHubApi github = new GitHubApi(api(now), asked.repository(), asked.token());
        WorkflowRun run = WorkflowRun.read(github, asked.runId());
        Origin origin = run.origin();
        requireRepository(wanted, origin, project);
        List<Violation> own = run.againstItsOwnPolicy(project, policy, origin);
        if (!own.isEmpty()) {
            throw new OriginUnverified(own);
        }
        intake.requireAllowed(caller, project, policy, Optional.of(origin));
        return fetched(
                github,
                asked,
                (name, file) -> intake.submit(new Intake.Order(
                        caller,
                        project,
                        policy,
                        Optional.of(origin),
                        Optional.of("github:" + origin.repositoryId() + ":" + asked.runId() + ":" + asked.artifactId()),
                        safeName.apply(name),
                        Optional.empty(),
                        file)));
    }

    /** Who may not submit learns nothing of the project's repository. */
    private void requireSubmitter(Configuration now, Caller caller, String project, String policy)
            throws SubmissionRefused {
        boolean listed = now.project(project)
                .flatMap(p -> p.policy(policy))
                .map(Policy::submitters)
                .filter(s -> s.contains(caller.name()))
                .isPresent();
        if (!listed) {
            intake.requireAllowed(caller, project, policy, Optional.empty());
        }
    }

    private static Repository repository(Configuration now, String project) throws OriginUnverified {
        return now.project(project)
                .flatMap(Project::repository)
                .filter(r -> r.vouchers().contains(Repository.GITHUB_API))
                .orElseThrow(() -> new OriginUnverified(
                        "project \"" + project + "\" has no repository that GitHub's API vouches for",
                        "name it in countersign.yaml, with github-api among its vouchers; docs/policies.md says how"));
    }

    private static URI api(Configuration now) throws OriginUnverified {
        return now.githubApi()
                .orElseThrow(() -> new OriginUnverified(
                        "this service does not know where GitHub's API is",
                        "set githubApi in countersign.yaml, such as https://api.github.com"));
    }

    private static void requireRepository(Repository wanted, Origin origin, String project) throws OriginUnverified {
        boolean same = wanted.id().equals(origin.repositoryId())
                && wanted.ownerId().map(origin.repositoryOwnerId()::equals).orElse(true);
        if (!same) {
            throw new OriginUnverified(List.of(new Violation(
                    RuleId.ORIGIN_REPOSITORY,
                    "the run is of " + origin.repositoryUrl() + " (id " + origin.repositoryId() + "), and project \""
                            + project + "\" is " + wanted.url() + " (id " + wanted.id() + ")",
                    "submit from the project's own repository, or correct 'repository' in countersign.yaml")));
        }
    }

    /** What is done with the file while it is there. */
    @FunctionalInterface
    private interface Submitting {
        Intake.Taken submit(String name, Path file) throws SubmissionRefused, UnsignableUpload, Conflict, IOException;
    }

    private Intake.Taken fetched(GitHubApi github, WorkflowArtifact asked, Submitting submitting)
            throws OriginUnverified, GitHubUnavailable, SubmissionRefused, UnsignableUpload, Conflict, IOException {
        Path archive = Files.createTempFile(work, "github", ".zip");
        Path file = Files.createTempFile(work, "github", ".artifact");
        try {
            fetch(github, asked, archive);
            return submitting.submit(ArtifactArchive.extractOnly(archive, file, most), file);
        } finally {
            Files.deleteIfExists(archive);
            Files.deleteIfExists(file);
        }
    }

    private void fetch(GitHubApi github, WorkflowArtifact asked, Path archive)
            throws OriginUnverified, GitHubUnavailable, IOException {
        String path = "/actions/artifacts/" + asked.artifactId();
        JsonNode artifact = github.get(path, "artifact " + asked.artifactId());
        if (!artifact.path("workflow_run").path("id").asText().equals(asked.runId())) {
            throw new OriginUnverified(
                    "artifact " + asked.artifactId() + " is not of run " + asked.runId(),
                    "pass on the artifact-id that actions/upload-artifact put out in the same run");
        }
        if (artifact.path("expired").asBoolean()) {
            throw new OriginUnverified("GitHub has deleted the artifact", "run the build again");
        }
        github.download(path + "/zip", archive, most);
        String digest = artifact.path("digest").asText();
        if (digest.startsWith("sha256:")
                && !digest.equals(
                        "sha256:" + ArtifactStore.digestOf(archive).value().hex())) {
            throw new GitHubUnavailable("GitHub tells of " + digest + " and sent another "
                    + DigestAlgorithm.SHA256.label() + " for artifact " + asked.artifactId());
        }
    }
}
