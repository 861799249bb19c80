package io.countersign.tsa.ca;

import io.countersign.ca.Authority;
import io.countersign.ca.RevocationListFile;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.util.Date;
import java.util.Optional;
import org.bouncycastle.cert.X509CRLHolder;
import org.jboss.logging.Logger;

/** What certificates point to: the issuer's certificate (RFC 5280 4.2.2.1) and its revocation list (4.2.1.13), both DER. */
@Path("/ca")
public class CertificatesResource {
    private static final Logger LOG = Logger.getLogger(CertificatesResource.class);

    /** An hour: long enough to spare us, short enough for a revocation. */
    private static final String LIST_CACHE = "public, max-age=3600, must-revalidate";

    private static final String CERTIFICATE_CACHE = "public, max-age=86400";

    private final PublicAuthorities served;

    CertificatesResource(PublicAuthorities served) {
        this.served = served;
    }

    /** RFC 2585 section 4.1. */
    @GET
    @Path("{name}.cer")
    public Response certificate(@PathParam("name") String name) throws CertificateEncodingException {
        Authority authority = served.authorities().get(name);
        return authority == null
                ? Absent.response("authority", served.authorities().keySet())
                : Response.ok(authority.certificate().getEncoded(), "application/pkix-cert")
                        .header("Cache-Control", CERTIFICATE_CACHE)
                        .build();
    }

    /** RFC 2585 section 4.2. */
    @GET
    @Path("{name}.crl")
    public Response revocationList(@PathParam("name") String name, @Context Request request) throws IOException {
        Authority authority = served.authorities().get(name);
        if (authority == null) {
            return Absent.response("authority", served.authorities().keySet());
        }
        Optional<X509CRLHolder> list = new RevocationListFile(served.home(), authority).read();
        if (list.isEmpty()) {
            LOG.errorf("there is no revocation list of %s that can be given; 'countersign ca refresh' makes one", name);
            return Response.status(Response.Status.SERVICE_UNAVAILABLE)
                    .type(MediaType.TEXT_PLAIN)
                    .header("Cache-Control", "no-store")
                    .entity("the revocation list of " + name
                            + " cannot be given now; its operator is to make a new one\n")
                    .build();
        }
        // By the tag alone: two lists may be of the same second.
        EntityTag tag = new EntityTag(Integer.toHexString(list.get().hashCode()));
        Date made = list.get().getThisUpdate();
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        Response.ResponseBuilder answer =
                unchanged == null ? Response.ok(list.get().getEncoded(), "application/pkix-crl") : unchanged;
        return answer.header("Cache-Control", LIST_CACHE)
                .tag(tag)
                .lastModified(made)
                .expires(list.get().getNextUpdate())
                .build();
    }
}
