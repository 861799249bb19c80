package io.countersign.signer.api;

import jakarta.ws.rs.core.Response.Status;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.multipart.FormValue;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

/** The text fields of a multipart form; what is wrong with them is collected, so that a client learns of all at once. */
final class FormFields {
    private static final Pattern SLUG = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

    private final Map<String, Collection<FormValue>> fields;
    private final List<Problem.Fault> errors = new ArrayList<>();

    FormFields(MultipartFormDataInput input) {
        // SignPath's clients write ProjectSlug or projectSlug.
        Map<String, Collection<FormValue>> named = new HashMap<>();
        input.getValues().forEach((name, values) -> {
            if (name == null) {
                errors.add(new Problem.Fault("a part of the form has no name", "name each part"));
            } else {
                named.computeIfAbsent(decapitalized(name), n -> new ArrayList<>())
                        .addAll(values);
            }
        });
        this.fields = named;
    }

    static String decapitalized(String name) {
        return name.isEmpty() ? name : name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    /** The parts of this name, text or files. */
    Collection<FormValue> parts(String name) {
        return fields.getOrDefault(name, List.of());
    }

    Set<String> names() {
        return fields.keySet();
    }

    /** What is wrong so far; whoever reads other fields adds to it. */
    List<Problem.Fault> errors() {
        return errors;
    }

    /** Slugs come into logs and messages, so nothing else may pass for one. Empty after an error. */
    String slug(String name) {
        Optional<String> text = text(name);
        if (text.isPresent() && !SLUG.matcher(text.get()).matches()) {
            errors.add(new Problem.Fault(
                    "the field " + name + " is not a slug",
                    "send the slug as countersign.yaml has it: 1 to 64 letters, digits, '.', '_' and '-'"));
        }
        return text.orElse("");
    }

    /** One line of text that may be absent or blank. */
    Optional<String> line(String name) {
        return printable(name, optional(name));
    }

    /** The same of several lines, which become one. */
    Optional<String> folded(String name) {
        return printable(name, optional(name).map(t -> t.strip().replaceAll("\\R", " ")));
    }

    /** Whether the field came, and with nothing in it. */
    boolean isBlank(String name) {
        Collection<FormValue> values = parts(name);
        return values.size() == 1
                && !values.iterator().next().isFileItem()
                && values.iterator().next().getValue().isBlank();
    }

    private Optional<String> optional(String name) {
        return !fields.containsKey(name) || isBlank(name) ? Optional.empty() : text(name);
    }

    private Optional<String> printable(String name, Optional<String> text) {
        if (text.filter(t -> CONTROL.matcher(t).find()).isPresent()) {
            errors.add(new Problem.Fault(
                    "the field " + name + " holds control characters", "send one line of printable text"));
        }
        return text;
    }

    /** Required text. Empty after an error. */
    Optional<String> text(String name) {
        Collection<FormValue> values = fields.getOrDefault(name, List.of());
        if (values.size() != 1) {
            errors.add(
                    values.isEmpty()
                            ? new Problem.Fault("the field " + name + " is missing", "send it as a form field")
                            : new Problem.Fault("the field " + name + " came more than once", "send it once"));
            return Optional.empty();
        }
        FormValue value = values.iterator().next();
        if (value.isFileItem() || value.getValue().isBlank()) {
            errors.add(new Problem.Fault(
                    "the field " + name + (value.isFileItem() ? " came as a file" : " is empty"),
                    "send it as a form field with text"));
            return Optional.empty();
        }
        return Optional.of(value.getValue());
    }

    /** @throws Problem.Refusal if anything is wrong */
    void requireGood() {
        if (!errors.isEmpty()) {
            throw Problem.of(Status.BAD_REQUEST, errors).refusal();
        }
    }
}
