package io.countersign.signer.api;

import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response.Status;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.resteasy.reactive.server.multipart.FileItem;
import org.jboss.resteasy.reactive.server.multipart.FormValue;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

/** A flat JSON object taken for the form with the same names: clients of SignPath send the one or the other. */
record JsonFields(Map<String, Collection<FormValue>> values) implements MultipartFormDataInput {

    /** As quarkus.http.limits.max-form-attribute-size, which bounds the fields of a form. */
    private static final int LONGEST = 2048;

    /** @throws Problem.Refusal if a member is neither text nor null, or is longer than a form's field may be */
    static FormFields of(Map<String, Object> object) {
        Map<String, Collection<FormValue>> values = new HashMap<>();
        if (object != null) {
            object.forEach((name, value) -> {
                if (value instanceof String text) {
                    if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
                        throw UploadLimit.tooLarge().refusal();
                    }
                    values.put(name, List.of(new Text(text)));
                } else if (value != null && !isNoParameters(name, value)) {
                    throw Problem.of(
                                    Status.BAD_REQUEST,
                                    "the member " + SafeFileName.of(name) + " is not text",
                                    "send one flat JSON object of texts")
                            .refusal();
                }
            });
        }
        return new FormFields(new JsonFields(values));
    }

    /** Clients of SignPath send them as an object, also where they have none. */
    private static boolean isNoParameters(String name, Object value) {
        return name.equalsIgnoreCase(SubmissionForm.PARAMETERS) && value instanceof Map<?, ?> map && map.isEmpty();
    }

    @Override
    public Map<String, Collection<FormValue>> getValues() {
        return values;
    }

    private record Text(String getValue) implements FormValue {
        @Override
        public String getCharset() {
            return "UTF-8";
        }

        @Override
        public FileItem getFileItem() {
            throw new IllegalStateException("this is text");
        }

        @Override
        public boolean isFileItem() {
            return false;
        }

        @Override
        public String getFileName() {
            return null;
        }

        @Override
        public MultivaluedMap<String, String> getHeaders() {
            return new jakarta.ws.rs.core.MultivaluedHashMap<>();
        }
    }
}
