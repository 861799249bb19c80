package io.countersign.tsa.ca;

import io.countersign.ca.IssuedCertificate;
import io.countersign.ca.RecordText;
import io.countersign.x509.DistinguishedNames;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The lab's certificate transparency: what was issued to whom after which vetting, and what was revoked. */
@Path("/ca")
public class IssuedResource {
    private final PublicAuthorities served;

    IssuedResource(PublicAuthorities served) {
        this.served = served;
    }

    /** The list for people. */
    @GET
    @Produces(MediaType.TEXT_HTML)
    public String page() throws IOException {
        StringBuilder page = new StringBuilder("""
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><title>LAB certificates</title></head><body>
                <h1>What the LAB's authorities issued</h1>
                <p>Nobody trusts these certificates until somebody installs a root. The same as JSON: <a href="/ca/issued">issued</a>.</p>
                <p>Authorities:
                """);
        served.authorities()
                .keySet()
                .forEach(name -> page.append(
                        "%s (<a href=\"/ca/%s.cer\">certificate</a>, <a href=\"/ca/%s.crl\">revocation list</a>) "
                                .formatted(html(name), html(name), html(name))));
        page.append("</p>\n<table><thead><tr><th>To whom</th><th>By</th><th>When</th><th>Vetting</th>"
                + "<th>Revoked</th></tr></thead><tbody>\n");
        served.register().all().values().forEach(issued -> page.append(row(issued)));
        return page.append("</tbody></table></body></html>\n").toString();
    }

    private static String row(IssuedCertificate issued) {
        return "<tr><td><a href=\"/ca/issued/%s\">%s</a></td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>%n"
                .formatted(
                        issued.serial(),
                        html(DistinguishedNames.commonName(issued.certificate())),
                        html(issued.authority()),
                        issued.issuedAt(),
                        issued.vetting()
                                .map(v -> v.findings().size() + " rules")
                                .orElse("none: made by the ceremony"),
                        issued.revoked()
                                .map(r -> r.date() + ", " + r.reason().label())
                                .orElse(""));
    }

    /** Names come from enrolments, which anybody writes. */
    private static String html(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** Every record. */
    @GET
    @Path("issued")
    @Produces(MediaType.APPLICATION_JSON)
    public String all() throws IOException {
        List<String> records =
                served.register().all().values().stream().map(RecordText::of).toList();
        return "[" + String.join(",", records) + "]";
    }

    /** The record that a certificate's policy qualifier points to. */
    @GET
    @Path("issued/{serial}")
    public Response one(@PathParam("serial") String serial) throws IOException {
        Optional<IssuedCertificate> found = served.register().find(serial);
        return found.isPresent()
                ? Response.ok(RecordText.of(found.get()), MediaType.APPLICATION_JSON)
                        .build()
                : Absent.response("certificate", List.of("/ca/issued"));
    }
}
