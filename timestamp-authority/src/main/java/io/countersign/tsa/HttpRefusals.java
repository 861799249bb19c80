package io.countersign.tsa;

import io.countersign.timestamp.TimestampRequest;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** What is no timestamp query at all is refused by HTTP, with a sentence that says what is wanted. */
class HttpRefusals {
    private static final String THIS = "this is an RFC 3161 timestamp authority: ";

    @ServerExceptionMapper
    Response anotherType(NotSupportedException e) {
        return explained(415, "send Content-Type: " + TimestampResource.QUERY).build();
    }

    @ServerExceptionMapper
    Response anotherMethod(NotAllowedException e, UriInfo uri) {
        String path = uri.getPath();
        String allowed = path.equals("/") || path.equals("/tsa")
                ? "GET, HEAD, POST"
                : path.startsWith("/lab/") ? "POST" : "GET, HEAD";
        return explained(405, "POST a query to it, or GET / to read about it")
                .header(HttpHeaders.ALLOW, allowed)
                .build();
    }

    static Response tooLarge(int bytes) {
        return explained(
                        413,
                        "at most " + TimestampRequest.MAX_ENCODED_BYTES + " bytes are read and these are " + bytes
                                + "; send a digest, not the file")
                .build();
    }

    static Response notFound(String text) {
        return explained(404, text).build();
    }

    private static Response.ResponseBuilder explained(int status, String text) {
        return Response.status(status).type(MediaType.TEXT_PLAIN).entity(THIS + text + "\n");
    }
}
