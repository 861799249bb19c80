package io.countersign.tsa;

import io.countersign.timestamp.TimestampRequest;
import io.countersign.tsa.lab.Switchboard;
import io.countersign.x509.PemCertificates;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/** HTTP around the authority. A refusal is an answer too: RFC 3161 section 3.4 carries it in a reply, not in a status. */
@Path("/")
public class TimestampResource {
    static final String QUERY = "application/timestamp-query";
    private static final String REPLY = "application/timestamp-reply";

    private final ServedAuthority served;
    private final Desk desk;
    private final CertificateEnd certificate;
    private final Switchboard switchboard;

    TimestampResource(ServedAuthority served, Desk desk, CertificateEnd certificate, Switchboard switchboard) {
        this.served = served;
        this.desk = desk;
        this.certificate = certificate;
        this.switchboard = switchboard;
    }

    @POST
    @Consumes(QUERY)
    public Response timestamp(byte[] query, @Context HttpServerRequest request) {
        if (query.length > TimestampRequest.MAX_ENCODED_BYTES) {
            return HttpRefusals.tooLarge(query.length);
        }
        String remote = request.remoteAddress().hostAddress();
        // The type is set here rather than negotiated: clients send every kind of Accept, and there is one answer.
        return Response.ok(desk.answer(query, remote).encoded().toByteArray(), REPLY)
                .build();
    }

    /** Where some clients expect an authority; the same as {@code /}. */
    @POST
    @Path("tsa")
    @Consumes(QUERY)
    public Response timestampAtTsa(byte[] query, @Context HttpServerRequest request) {
        return timestamp(query, request);
    }

    /** A deliberately bad answer, where countersign.yaml has it switched on. */
    @POST
    @Path("lab/{kind}")
    @Consumes(QUERY)
    public Response badTimestamp(@PathParam("kind") String kind, byte[] query) {
        Optional<Switchboard.Answer> answer = switchboard.answer(kind, query);
        return answer.map(a -> Response.status(a.status())
                        .header(Switchboard.HEADER, Switchboard.MARK)
                        .type(a.status() == 200 ? REPLY : MediaType.TEXT_PLAIN)
                        .entity(a.body().toByteArray())
                        .build())
                .orElseGet(
                        () -> HttpRefusals.notFound("no such answer is switched on; 'lab' in countersign.yaml does"));
    }

    @GET
    @Produces(MediaType.TEXT_PLAIN)
    public String explanation() {
        return explained().text();
    }

    /** For who prefers it in Accept, as browsers do. */
    @GET
    @Produces(MediaType.TEXT_HTML + ";qs=0.5;charset=UTF-8")
    public Response page() {
        return Response.ok(explained().html())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
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

    private Explanation explained() {
        return new Explanation(
                served.authority().name(),
                served.url(),
                served.authority().policy(),
                served.clock().state().isBelieved()
                        ? served.clock().state().inWords()
                        : "not believed: no token is issued",
                certificate.end(),
                !served.serving().lab().isEmpty());
    }
}
