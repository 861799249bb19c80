package io.countersign.signer.api;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.multipart.FormValue;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

/**
 * The multipart form of SubmitWithArtifact, checked as a whole: every error at once.
 *
 * @param fileName made safe
 * @param idempotencyKey from the header or the field
 */
record SubmissionForm(
        String projectSlug,
        String signingPolicySlug,
        String fileName,
        Optional<String> description,
        Optional<String> idempotencyKey,
        Path artifact) {
    static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    static final String PROJECT = "projectSlug";
    static final String POLICY = "signingPolicySlug";
    static final String DESCRIPTION = "description";
    static final String ARTIFACT = "artifact";
    private static final String CONFIGURATION = "artifactConfigurationSlug";
    static final String PARAMETERS = "parameters";
    private static final String KEY = "idempotencyKey";
    private static final Set<String> KNOWN = Set.of(PROJECT, POLICY, DESCRIPTION, ARTIFACT, KEY);
    static final Set<String> KNOWN_WITHOUT_FILE = Set.of(PROJECT, POLICY, DESCRIPTION, KEY);

    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7E]{1,128}");

    /** @throws Problem.Refusal if the form cannot be taken, naming everything that is wrong with it */
    static SubmissionForm read(MultipartFormDataInput input, Optional<String> idempotencyKey) {
        FormFields form = new FormFields(input);
        List<Problem.Fault> errors = form.errors();
        String project = form.slug(PROJECT);
        String policy = form.slug(POLICY);
        Optional<String> description = form.folded(DESCRIPTION);
        Optional<String> key = key(form, idempotencyKey);
        Optional<FormValue> artifact = artifact(form.parts(ARTIFACT), errors);
        refuseOthers(form, KNOWN);
        form.requireGood();
        FormValue file = artifact.orElseThrow();
        return new SubmissionForm(
                project,
                policy,
                SafeFileName.of(file.getFileName()),
                description,
                key,
                file.getFileItem().getFile());
    }

    /** From the header or the field. */
    static Optional<String> key(FormFields form, Optional<String> header) {
        Optional<String> key = header.or(() -> form.line(KEY));
        if (key.filter(k -> !PRINTABLE.matcher(k).matches()).isPresent()) {
            form.errors()
                    .add(new Problem.Fault(
                            "the idempotency key is not 1 to 128 printable ASCII characters",
                            "make it of the run's and the job's name and the file's SHA-256"));
        }
        return key;
    }

    /** What is not used is refused by its name, since a client that sends it counts on it; with nothing in it, none does. */
    static void refuseOthers(FormFields form, Set<String> known) {
        form.names().stream()
                .filter(name -> !known.contains(name))
                .filter(name -> !(isOfConfigurations(name) && form.isBlank(name)))
                .sorted()
                .map(SubmissionForm::unused)
                .forEach(form.errors()::add);
    }

    private static boolean isOfConfigurations(String name) {
        return name.equals(CONFIGURATION) || name.startsWith(PARAMETERS + ".");
    }

    private static Problem.Fault unused(String name) {
        if (name.equals(CONFIGURATION)) {
            return new Problem.Fault(
                    "the field artifactConfigurationSlug is not supported yet",
                    "leave it out: the artifact is one PE file, and it is signed as such");
        }
        if (name.startsWith(PARAMETERS + ".")) {
            return new Problem.Fault(
                    "the field " + name + " is not supported yet",
                    "leave parameters out: there is no artifact configuration to use them");
        }
        if (name.equals("origin") || name.startsWith("origin.")) {
            return new Problem.Fault(
                    "the field " + name + " is not taken from a submitter",
                    "leave it out: where a file was built is told by the CI system's own token");
        }
        return new Problem.Fault("the field \"" + name + "\" is unknown", "leave it out");
    }

    /**
     * A file without words to it.
     *
     * @param fileName made safe
     */
    record Artifact(String fileName, Path file) {}

    /** @throws Problem.Refusal if the form is anything but one artifact */
    static Artifact artifactAlone(MultipartFormDataInput input) {
        FormFields form = new FormFields(input);
        Optional<FormValue> artifact = artifact(form.parts(ARTIFACT), form.errors());
        refuseOthers(form, Set.of(ARTIFACT));
        form.requireGood();
        FormValue file = artifact.orElseThrow();
        return new Artifact(
                SafeFileName.of(file.getFileName()), file.getFileItem().getFile());
    }

    static Optional<FormValue> artifact(Collection<FormValue> values, List<Problem.Fault> errors) {
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
