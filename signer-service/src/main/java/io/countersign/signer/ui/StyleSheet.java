package io.countersign.signer.ui;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** How the pages look. */
@Path("/ui/countersign.css")
@Page
@Produces("text/css;charset=UTF-8")
class StyleSheet {
    private final String text;

    StyleSheet() {
        try (InputStream in = StyleSheet.class.getResourceAsStream("countersign.css")) {
            this.text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @GET
    public String get() {
        return text;
    }
}
