package io.countersign.tsa;

import io.countersign.timestamp.TimestampAnswer;
import io.countersign.x509.PemCertificates;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;

/** HTTP around the authority. A refusal is an answer too: RFC 3161 section 3.4 carries it in a reply, not in a status. */
@Path("/")
public class TimestampResource {
    private static final Logger LOG = Logger.getLogger(TimestampResource.class);
    static final String QUERY = "application/timestamp-query";
    private static final String REPLY = "application/timestamp-reply";

    private final ServedAuthority served;

    TimestampResource(ServedAuthority served) {
        this.served = served;
    }

    @POST
    @Consumes(QUERY)
    public Response timestamp(byte[] query) {
        TimestampAnswer answer = served.authority().answer(query);
        log(answer);
        // The type is set here rather than negotiated: clients send every kind of Accept, and there is one answer.
        return Response.ok(answer.encoded().toByteArray(), REPLY).build();
    }

    /** Where some clients expect an authority; the same as {@code /}. */
    @POST
    @Path("tsa")
    @Consumes(QUERY)
    public Response timestampAtTsa(byte[] query) {
        return timestamp(query);
    }

    @GET
    @Produces(MediaType.TEXT_PLAIN)
    public String explanation() {
        return """
                This is an RFC 3161 timestamp authority, part of Countersign, serving "%s".
                Programs send it a digest (POST, %s) and get a signed time back.

                Try it:
                  openssl ts -query -data FILE -sha256 -cert -out query.tsq
                  curl -s -H 'Content-Type: %s' --data-binary @query.tsq -o reply.tsr %s
                  openssl ts -reply -in reply.tsr -text

                Digests: SHA-256, SHA-384, SHA-512. Policy: %s
                Certificates: GET /certchain (PEM, root last). Health: GET /q/health
                A LAB authority is trusted by nobody until someone installs its root.
                """.formatted(
                        served.authority().name(),
                        QUERY,
                        QUERY,
                        served.url(),
                        served.authority().policy().oid());
    }

    @GET
    @Path("tsa")
    @Produces(MediaType.TEXT_PLAIN)
    public String explanationAtTsa() {
        return explanation();
    }

    /** The chain in PEM, leaf first, root last. */
    @GET
    @Path("certchain")
    @Produces("application/pem-certificate-chain")
    public String certificateChain() {
        return PemCertificates.text(served.chain());
    }

    private static void log(TimestampAnswer answer) {
        if (answer instanceof TimestampAnswer.Issued issued) {
            LOG.infof(
                    "issued serial=%s imprint=%s",
                    issued.serialNumber().toString(16),
                    issued.imprint().algorithm().label());
        } else if (answer instanceof TimestampAnswer.Rejected rejected) {
            rejected.cause()
                    .ifPresentOrElse(
                            cause -> LOG.errorf(cause, "refused [%s]", rejected.refusal()),
                            () -> LOG.infof("refused [%s]: %s", rejected.refusal(), rejected.text()));
        }
    }
}
