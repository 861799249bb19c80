package io.countersign.policy;

import java.net.URI;
import java.util.Optional;

/**
 * Where a build came from, as somebody vouched for it whom the configuration believes; never what a submitter typed. Texts are
 * empty where the voucher says nothing.
 *
 * @param vouchedBy the name of an issuer, or {@code github-api}
 * @param repositoryUrl its page
 * @param repositoryId the number its host gave it
 * @param repositoryOwnerId the number of its owner
 * @param ref such as {@code refs/heads/main} or {@code refs/tags/v1.0}
 * @param commit its hash
 * @param workflow the file that says how it is built, within the repository, such as {@code .github/workflows/release.yml}
 * @param runner {@code github-hosted} or {@code self-hosted}
 * @param environment the deployment environment
 * @param runAttempt from 1; 0 where it is not told
 * @param buildUrl the page of the run
 */
public record Origin(
        String vouchedBy,
        URI repositoryUrl,
        String repositoryId,
        String repositoryOwnerId,
        String ref,
        String commit,
        String workflow,
        String runner,
        String environment,
        int runAttempt,
        URI buildUrl) {
    private static final String BRANCH = "refs/heads/";
    private static final String TAG = "refs/tags/";

    /** The branch's name, if the ref is one. */
    public Optional<String> branch() {
        return without(BRANCH);
    }

    /** The tag's name, if the ref is one. */
    public Optional<String> tag() {
        return without(TAG);
    }

    private Optional<String> without(String prefix) {
        return ref.startsWith(prefix) ? Optional.of(ref.substring(prefix.length())) : Optional.empty();
    }
}
