package io.countersign.signer.api;

import io.countersign.signer.connector.WorkflowArtifact;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The object that SignPath's GitHub action posts, checked as a whole.
 *
 * @param errors what is wrong with it; the rest is of no meaning if there are any
 * @param warnings what was sent and is not used: the action may grow fields that do no harm
 */
record ConnectorOrder(
        String project, String policy, WorkflowArtifact artifact, List<Problem.Fault> errors, List<String> warnings) {
    private static final Pattern SLUG = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,20}");
    private static final Pattern REPOSITORY = Pattern.compile("[A-Za-z0-9-]{1,100}/(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}");
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7E]{1,1024}");
    private static final String CONFIGURATION = "signPathArtifactConfigurationSlug";
    private static final String PARAMETERS = "parameters";
    private static final Set<String> KNOWN = Set.of(
            "artifactId",
            "gitHubWorkflowRunId",
            "gitHubRepository",
            "gitHubToken",
            "signPathProjectSlug",
            "signPathSigningPolicySlug",
            CONFIGURATION,
            PARAMETERS);

    static ConnectorOrder read(Map<String, Object> sent) {
        Map<String, Object> body = sent == null ? Map.of() : sent;
        List<Problem.Fault> errors = new ArrayList<>();
        String project = text(body, "signPathProjectSlug", SLUG, "the input project-slug", errors);
        String policy = text(body, "signPathSigningPolicySlug", SLUG, "the input signing-policy-slug", errors);
        WorkflowArtifact artifact = new WorkflowArtifact(
                text(body, "gitHubRepository", REPOSITORY, "OWNER/NAME", errors),
                text(body, "gitHubWorkflowRunId", NUMBER, "the number of the run", errors),
                text(
                        body,
                        "artifactId",
                        NUMBER,
                        "the input github-artifact-id: the output artifact-id of actions/upload-artifact",
                        errors),
                text(body, "gitHubToken", TOKEN, "the input github-token", errors));
        if (body.get(CONFIGURATION) instanceof String slug && !slug.isBlank()) {
            errors.add(new Problem.Fault(
                    "artifact-configuration-slug is not supported yet",
                    "leave it out: the artifact is one PE file, and it is signed as such"));
        }
        if (body.get(PARAMETERS) instanceof Map<?, ?> parameters && !parameters.isEmpty()) {
            errors.add(new Problem.Fault(
                    "parameters are not supported yet",
                    "leave them out: there is no artifact configuration to use them"));
        }
        List<String> warnings = body.keySet().stream()
                .filter(name -> !KNOWN.contains(name))
                .sorted()
                .map(name -> "the field \"" + SafeFileName.of(name) + "\" is unknown and was not used")
                .toList();
        return new ConnectorOrder(project, policy, artifact, errors, warnings);
    }

    /** Some of it are numbers, as text or as such. */
    private static String text(
            Map<String, Object> body, String name, Pattern pattern, String wanted, List<Problem.Fault> errors) {
        Object value = body.get(name);
        String text = value instanceof String || value instanceof Number ? value.toString() : "";
        if (!pattern.matcher(text).matches()) {
            errors.add(new Problem.Fault(
                    name + (text.isEmpty() ? " is missing" : " is not as it has to be"), "send " + wanted));
            return "";
        }
        return text;
    }
}
