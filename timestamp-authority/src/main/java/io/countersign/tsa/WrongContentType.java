package io.countersign.tsa;

import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Tells somebody who sent something else what is wanted. Outside the resource: no method of it was chosen yet. */
class WrongContentType {
    @ServerExceptionMapper
    Response explain(NotSupportedException e) {
        return Response.status(Response.Status.UNSUPPORTED_MEDIA_TYPE)
                .type(MediaType.TEXT_PLAIN)
                .entity("this is an RFC 3161 timestamp authority: send Content-Type: " + TimestampResource.QUERY + "\n")
                .build();
    }
}
