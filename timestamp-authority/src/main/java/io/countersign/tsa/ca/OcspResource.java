package io.countersign.tsa.ca;

import io.countersign.ocsp.OcspAnswer;
import io.countersign.ocsp.OcspResponder;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jboss.logging.Logger;

/** OCSP over HTTP, RFC 6960 appendix A.1: by POST, and by GET with the request in the address. */
@Path("/ca/ocsp")
public class OcspResource {
    private static final Logger LOG = Logger.getLogger(OcspResource.class);
    private static final String REQUEST = "application/ocsp-request";
    private static final String RESPONSE = "application/ocsp-response";

    /** OCSPResponse with the status tryLater and nothing else. */
    private static final byte[] TRY_LATER = {0x30, 0x03, 0x0a, 0x01, 0x03};

    private final PublicAuthorities served;

    OcspResource(PublicAuthorities served) {
        this.served = served;
    }

    @POST
    @Consumes(REQUEST)
    public Response post(byte[] request) {
        return answer(request);
    }

    /**
     * By GET.
     *
     * @param request base64; what is none is answered as malformed, like any other
     */
    @GET
    @Path("{request: .+}")
    public Response get(@PathParam("request") String request) {
        byte[] octets;
        try {
            octets = request.length() > 2 * OcspResponder.MAX_REQUEST_BYTES
                    ? new byte[0]
                    : Base64.getDecoder().decode(request);
        } catch (IllegalArgumentException e) {
            octets = new byte[0];
        }
        return answer(octets);
    }

    private Response answer(byte[] request) {
        Optional<OcspResponder> responder = served.responder();
        if (responder.isEmpty()) {
            return Response.ok(TRY_LATER, RESPONSE)
                    .header("Cache-Control", "no-store")
                    .build();
        }
        try {
            OcspAnswer answer = responder.get().answer(request);
            answer.failure().ifPresent(e -> LOG.error("the OCSP key does not sign", e));
            return Response.ok(answer.encoded().toByteArray(), RESPONSE)
                    .header(
                            "Cache-Control",
                            answer.until().map(OcspResource::cache).orElse("no-store"))
                    .build();
        } catch (UncheckedIOException e) {
            LOG.error("the register of certificates cannot be read", e);
            return Response.ok(TRY_LATER, RESPONSE)
                    .header("Cache-Control", "no-store")
                    .build();
        }
    }

    /** RFC 5019 section 6.2. */
    private static String cache(Instant until) {
        long seconds = Math.max(0, Duration.between(Instant.now(), until).toSeconds());
        return "public, no-transform, must-revalidate, max-age=" + seconds;
    }
}
