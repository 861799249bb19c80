package io.countersign.tsa;

import io.countersign.timestamp.TimestampRequest;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** What cannot be answered in a protocol is refused by HTTP, with a sentence that says what is wanted. */
class HttpRefusals {
    private static final Logger LOG = Logger.getLogger(HttpRefusals.class);
    private static final String THIS = "this is an RFC 3161 timestamp authority: ";

    @ServerExceptionMapper
    Response anotherType(NotSupportedException e, UriInfo uri) {
        return text(
                        415,
                        isOcsp(uri)
                                ? "this answers OCSP: send Content-Type: application/ocsp-request"
                                : THIS + "send Content-Type: " + TimestampResource.QUERY)
                .build();
    }

    @ServerExceptionMapper
    Response anotherMethod(NotAllowedException e, UriInfo uri) {
        String path = uri.getPath();
        if (isOcsp(uri)) {
            return notAllowed(
                    "GET, POST", "this answers OCSP: POST a request to it, or GET it with one in the address");
        }
        if (path.startsWith("/lab/")) {
            return notAllowed("POST", THIS + "POST a query to it");
        }
        return path.equals("/") || path.equals("/tsa")
                ? notAllowed("GET, HEAD, POST", THIS + "POST a query to it, or GET / to read about it")
                : notAllowed("GET, HEAD", "this is to be read: GET it");
    }

    /** A home whose files are damaged or away is nothing the client can mend. */
    @ServerExceptionMapper
    Response unreadable(IOException e) {
        LOG.error("what was asked for cannot be read", e);
        return text(503, "this cannot be read now, and the log says why; try again")
                .build();
    }

    private static boolean isOcsp(UriInfo uri) {
        return uri.getPath().startsWith("/ca/ocsp");
    }

    private static Response notAllowed(String allowed, String text) {
        return text(405, text).header(HttpHeaders.ALLOW, allowed).build();
    }

    static Response tooLarge(int bytes) {
        return text(
                        413,
                        THIS + "at most " + TimestampRequest.MAX_ENCODED_BYTES + " bytes are read and these are "
                                + bytes + "; send a digest, not the file")
                .build();
    }

    static Response notFound(String text) {
        return text(404, THIS + text).build();
    }

    private static Response.ResponseBuilder text(int status, String text) {
        return Response.status(status).type(MediaType.TEXT_PLAIN).entity(text + "\n");
    }
}
