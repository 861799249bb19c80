package io.countersign.tsa;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.countersign.key.Bytes;
import io.countersign.tsa.archive.ArchiveUnavailable;
import io.countersign.tsa.archive.ArchivedToken;
import io.countersign.tsa.archive.Search;
import io.countersign.tsa.archive.TokenArchive;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestQuery;

/**
 * The archive of issued tokens. Who knows a serial number or an imprint has the token or what was stamped, so those are answered
 * to anybody; what was stamped when only where the configuration says that it may be listed.
 */
@Path("archive")
public class ArchiveResource {
    private static final Logger LOG = Logger.getLogger(ArchiveResource.class);
    private static final JsonFactory JSON = new JsonFactory();

    /** A serial number has 20 octets at most (RFC 3161 section 2.4.2), a SHA-512 digest 64. */
    private static final String SERIAL_NUMBER = "(0x)?[0-9a-f]{1,40}";

    private static final String IMPRINT = "([0-9a-f]{2}){20,64}";

    private static final String USAGE = """
            The archive of issued timestamps.
              GET /archive?serial=HEX      the token with this serial number
              GET /archive?imprint=HEX     the tokens over this digest
            """;
    private static final String LISTING = """
              GET /archive?from=TIME[&until=TIME][&policy=OID]
                                           the tokens of a time (as 2026-11-23T12:00:00Z), a page at a time
            """;

    private final TokenArchive archive;
    private final boolean listing;

    ArchiveResource(TokenArchive archive, ServedAuthority served) {
        this.archive = archive;
        this.listing = served.serving().archive().listing();
    }

    /** JSON: {@code {"tokens": [{serialNumber, imprint, genTime, policy, token}], "next": TIME}}, the token in base64. */
    @GET
    public Response find(
            @RestQuery String serial,
            @RestQuery String imprint,
            @RestQuery String from,
            @RestQuery String until,
            @RestQuery String policy) {
        Search search;
        try {
            search = search(serial, imprint, from, until, policy);
        } catch (IllegalArgumentException | DateTimeParseException e) {
            return text(Response.Status.BAD_REQUEST, USAGE + (listing ? LISTING : ""));
        }
        try {
            return Response.ok(json(archive.find(search)), MediaType.APPLICATION_JSON)
                    .build();
        } catch (ArchiveUnavailable e) {
            LOG.error("the archive was not searched", e);
            return text(Response.Status.SERVICE_UNAVAILABLE, "The archive cannot be read now; try again.\n");
        }
    }

    private Search search(String serial, String imprint, String from, String until, String policy) {
        if (serial != null) {
            String digits = matching(serial, SERIAL_NUMBER).replaceFirst("^0x", "");
            return Search.forSerialNumber(new BigInteger(digits, 16));
        }
        if (imprint != null) {
            return Search.forImprint(Bytes.ofHex(matching(imprint, IMPRINT)));
        }
        if (!listing || from == null) {
            throw new IllegalArgumentException("nothing that may be asked for");
        }
        return new Search(
                Optional.empty(),
                Optional.empty(),
                Optional.of(Instant.parse(from)),
                Optional.ofNullable(until).map(Instant::parse),
                Optional.ofNullable(policy),
                Search.MOST);
    }

    private static String matching(String text, String pattern) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (!lower.matches(pattern)) {
            throw new IllegalArgumentException("not hexadecimal, or too long");
        }
        return lower;
    }

    /** A full page ends where a millisecond does, so that the next can begin with one. */
    private static byte[] json(List<ArchivedToken> found) {
        Optional<Instant> next = found.size() < Search.MOST
                ? Optional.empty()
                : Optional.of(found.get(found.size() - 1).genTime());
        List<ArchivedToken> page = next.map(time -> found.stream()
                        .filter(token -> token.genTime().isBefore(time))
                        .toList())
                .orElse(found);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeArrayFieldStart("tokens");
            for (ArchivedToken token : page) {
                json.writeStartObject();
                json.writeStringField("serialNumber", token.serialNumber().toString(16));
                json.writeStringField("imprint", token.imprint().toString());
                json.writeStringField("genTime", token.genTime().toString());
                json.writeStringField("policy", token.policy());
                json.writeStringField("token", token.token().base64());
                json.writeEndObject();
            }
            json.writeEndArray();
            if (next.isPresent()) {
                json.writeStringField("next", next.get().toString());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toByteArray();
    }

    private static Response text(Response.Status status, String text) {
        return Response.status(status)
                .type(MediaType.TEXT_PLAIN_TYPE.withCharset("UTF-8"))
                .entity(text)
                .build();
    }
}
