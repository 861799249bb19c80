package io.countersign.tsa.ca;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Collection;

/** There is no such thing, and what there is. */
final class Absent {
    private Absent() {}

    static Response response(String what, Collection<String> known) {
        return Response.status(Response.Status.NOT_FOUND)
                .type(MediaType.TEXT_PLAIN)
                .entity("there is no " + what + " of this name; known are " + known + "\n")
                .build();
    }
}
