package io.countersign.signer.connector;

/**
 * An artifact of a workflow run, as whoever asks names it; nothing of it is believed.
 *
 * @param repository {@code OWNER/NAME}
 * @param runId the number of the run
 * @param artifactId the number of the artifact
 * @param token lets its bearer read the repository; a secret
 */
public record WorkflowArtifact(String repository, String runId, String artifactId, String token) {
    @Override
    public String toString() {
        return repository + " run " + runId + " artifact " + artifactId;
    }
}
