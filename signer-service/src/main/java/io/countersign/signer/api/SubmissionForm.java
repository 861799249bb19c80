package io.countersign.signer.api;

import jakarta.ws.rs.core.Response.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.multipart.FormValue;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

/**
 * The multipart form of SubmitWithArtifact, checked as a whole: every error at once.
 *
 * @param fileName made safe
 */
record SubmissionForm(
        String projectSlug, String signingPolicySlug, String fileName, Optional<String> description, Path artifact) {
    private static final String PROJECT = "projectSlug";
    private static final String POLICY = "signingPolicySlug";
    private static final String DESCRIPTION = "description";
    private static final String ARTIFACT = "artifact";
    private static final String CONFIGURATION = "artifactConfigurationSlug";
    private static final Set<String> KNOWN = Set.of(PROJECT, POLICY, DESCRIPTION, ARTIFACT, CONFIGURATION);

    private static final Pattern SLUG = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

    /** @throws Problem.Refusal if the form cannot be taken, naming everything that is wrong with it */
    static SubmissionForm read(MultipartFormDataInput input) {
        Map<String, Collection<FormValue>> fields = input.getValues();
        List<Problem.Fault> errors = new ArrayList<>();
        String project = slug(fields, PROJECT, errors);
        String policy = slug(fields, POLICY, errors);
        Optional<String> description =
                fields.containsKey(DESCRIPTION) ? text(fields, DESCRIPTION, errors) : Optional.empty();
        if (description.filter(d -> CONTROL.matcher(d).find()).isPresent()) {
            errors.add(new Problem.Fault(
                    "the field description holds control characters", "send one line of printable text"));
        }
        Optional<FormValue> artifact = artifact(fields, errors);
        if (fields.containsKey(CONFIGURATION)) {
            errors.add(new Problem.Fault(
                    "the field artifactConfigurationSlug is not supported yet",
                    "leave it out: the artifact is one PE file, and it is signed as such"));
        }
        fields.keySet().stream()
                .filter(name -> !KNOWN.contains(name))
                .sorted()
                .forEach(name -> errors.add(
                        name.startsWith("parameters.")
                                ? new Problem.Fault(
                                        "the field " + name + " is not supported yet",
                                        "leave parameters out: there is no artifact configuration to use them")
                                : new Problem.Fault("the field \"" + name + "\" is unknown", "leave it out")));
        if (!errors.isEmpty()) {
            throw Problem.of(Status.BAD_REQUEST, errors).refusal();
        }
        FormValue file = artifact.orElseThrow();
        return new SubmissionForm(
                project,
                policy,
                SafeFileName.of(file.getFileName()),
                description,
                file.getFileItem().getFile());
    }

    /** Slugs come into logs and messages, so nothing else may pass for one. */
    private static String slug(Map<String, Collection<FormValue>> fields, String name, List<Problem.Fault> errors) {
        Optional<String> text = text(fields, name, errors);
        if (text.isPresent() && !SLUG.matcher(text.get()).matches()) {
            errors.add(new Problem.Fault(
                    "the field " + name + " is not a slug",
                    "send the slug as countersign.yaml has it: 1 to 64 letters, digits, '.', '_' and '-'"));
        }
        return text.orElse("");
    }

    private static Optional<String> text(
            Map<String, Collection<FormValue>> fields, String name, List<Problem.Fault> errors) {
        Collection<FormValue> values = fields.getOrDefault(name, List.of());
        if (values.size() != 1) {
            errors.add(
                    values.isEmpty()
                            ? new Problem.Fault("the field " + name + " is missing", "send it as a form field")
                            : new Problem.Fault("the field " + name + " came more than once", "send it once"));
            return Optional.empty();
        }
        FormValue value = values.iterator().next();
        if (value.isFileItem() || (value.getValue().isBlank() && !name.equals(DESCRIPTION))) {
            errors.add(new Problem.Fault(
                    "the field " + name + (value.isFileItem() ? " came as a file" : " is empty"),
                    "send it as a form field with text"));
            return Optional.empty();
        }
        return Optional.of(value.getValue()).filter(text -> !text.isBlank());
    }

    private static Optional<FormValue> artifact(Map<String, Collection<FormValue>> fields, List<Problem.Fault> errors) {
        Collection<FormValue> values = fields.getOrDefault(ARTIFACT, List.of());
        if (values.size() != 1) {
            errors.add(
                    values.isEmpty()
                            ? new Problem.Fault("the file artifact is missing", "send the file to be signed as a part")
                            : new Problem.Fault(
                                    "the file artifact came more than once", "send one file in each signing request"));
            return Optional.empty();
        }
        FormValue value = values.iterator().next();
        if (!value.isFileItem()) {
            errors.add(new Problem.Fault(
                    "artifact came as text", "send it as a file, with a file name: curl -F artifact=@hello.sys"));
            return Optional.empty();
        }
        return Optional.of(value);
    }
}
