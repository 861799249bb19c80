package io.countersign.signer.request.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.policy.Origin;

/** An origin in a column. */
public final class OriginJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private OriginJson() {}

    public static String write(Origin origin) {
        try {
            return MAPPER.writeValueAsString(origin);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("an origin cannot be written", e);
        }
    }

    public static Origin read(String text) {
        try {
            return MAPPER.readValue(text, Origin.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an origin in the store cannot be read", e);
        }
    }
}
