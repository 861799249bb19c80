package io.countersign.signer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import io.countersign.home.Role;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.signer.audit.AuditEvent;
import io.countersign.signer.audit.AuditEvent.Refusal;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.PolicyResources;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.Submission;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response.Status;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What SignPath has under {@code /v1-pre}: certificates and the audit log. */
@Path("/v1-pre/{organization}")
@Produces(MediaType.APPLICATION_JSON)
class PreviewRoutes {
    private static final int MOST = 1000;

    private final Supplier<Configuration> configuration;
    private final RequestLookup lookup;
    private final SigningRules rules;
    private final PolicyResources resources;
    private final RequestRepository requests;
    private final AuditLog audit;

    PreviewRoutes(
            Supplier<Configuration> configuration,
            RequestLookup lookup,
            SigningRules rules,
            PolicyResources resources,
            RequestRepository requests,
            AuditLog audit) {
        this.configuration = configuration;
        this.lookup = lookup;
        this.rules = rules;
        this.resources = resources;
        this.requests = requests;
        this.audit = audit;
    }

    /** A certificate that policies sign under. */
    record CertificateView(
            String name,
            String subject,
            String issuer,
            String serialNumber,
            String validFrom,
            String validTo,
            String sha256) {
        static CertificateView of(String name, X509Certificate certificate) {
            return new CertificateView(
                    name,
                    certificate.getSubjectX500Principal().getName(),
                    certificate.getIssuerX500Principal().getName(),
                    certificate.getSerialNumber().toString(16),
                    certificate.getNotBefore().toInstant().toString(),
                    certificate.getNotAfter().toInstant().toString(),
                    DigestAlgorithm.SHA256
                            .digest(Cryptoki.der(certificate))
                            .value()
                            .hex());
        }
    }

    /** An event of the audit log; the record's members stand in {@code details}. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record EventView(long sequence, String timestamp, String kind, String id, Object details) {
        static EventView of(AuditLog.Entry entry) {
            AuditEvent event = entry.event();
            return new EventView(
                    entry.sequence(),
                    event.at().toString(),
                    event.getClass().getSimpleName(),
                    event.request().toString(),
                    AuditDetails.of(event));
        }
    }

    /** A page of them; {@code next} is the place to go on from. */
    record Events(List<EventView> events, long next) {}

    @GET
    @Path("Certificates")
    public List<CertificateView> certificates(
            @PathParam("organization") String organization, @Context ContainerRequestContext context)
            throws KeyUnavailable {
        Map<String, CertificateView> views = new TreeMap<>();
        for (Map.Entry<String, Policy> policy : byKey(organization, context).entrySet()) {
            views.put(
                    policy.getKey(),
                    CertificateView.of(
                            policy.getKey(), resources.chain(policy.getValue()).get(0)));
        }
        return List.copyOf(views.values());
    }

    @GET
    @Path("Certificates/{name}/X509Certificate")
    @Produces("application/pkix-cert")
    public byte[] certificate(
            @PathParam("organization") String organization,
            @PathParam("name") String name,
            @Context ContainerRequestContext context)
            throws KeyUnavailable {
        Policy policy = Optional.ofNullable(byKey(organization, context).get(name))
                .orElseThrow(() -> Problem.of(
                                Status.NOT_FOUND,
                                "there is no certificate " + SafeFileName.of(name) + " that you may see",
                                "ask for Certificates")
                        .refusal());
        return Cryptoki.der(resources.chain(policy).get(0));
    }

    /** The certificate that a request is, or was to be, signed with as the configuration is now. */
    @GET
    @Path("SigningRequests/{id}/X509Certificate")
    @Produces("application/pkix-cert")
    public byte[] certificateOf(
            @PathParam("organization") String organization,
            @PathParam("id") String id,
            @Context ContainerRequestContext context)
            throws KeyUnavailable {
        Submission submission = lookup.find(organization, id, context).submission();
        Policy policy = configuration
                .get()
                .project(submission.project())
                .flatMap(p -> p.policy(submission.policy()))
                .orElseThrow(() -> Problem.of(
                                Status.NOT_FOUND,
                                "the policy of request " + submission.id() + " was removed",
                                "the certificate is in the signed file and in its Provenance")
                        .refusal());
        return Cryptoki.der(resources.chain(policy).get(0));
    }

    private Map<String, Policy> byKey(String organization, ContainerRequestContext context) {
        lookup.requireOrganization(organization);
        Caller caller = Authentication.callerOf(context);
        Map<String, Policy> policies = new TreeMap<>();
        for (Project project : configuration.get().projects()) {
            project.policies().stream()
                    .filter(p -> rules.mayRead(caller, project.slug(), p.slug()))
                    .forEach(p -> policies.putIfAbsent(p.key(), p));
        }
        return policies;
    }

    /**
     * Everything that was recorded, oldest first.
     *
     * @param after the place to go on from
     */
    @GET
    @Path("AuditLog/Events")
    public Events events(
            @PathParam("organization") String organization,
            @QueryParam("after") @DefaultValue("0") long after,
            @Context ContainerRequestContext context) {
        return page(organization, after, context, false);
    }

    /** What concerns signing requests. */
    @GET
    @Path("AuditLog/SigningRequestEvents")
    public Events signingRequestEvents(
            @PathParam("organization") String organization,
            @QueryParam("after") @DefaultValue("0") long after,
            @Context ContainerRequestContext context) {
        return page(organization, after, context, true);
    }

    private Events page(String organization, long after, ContainerRequestContext context, boolean ofRequests) {
        lookup.requireOrganization(organization);
        if (!Authentication.callerOf(context).roles().contains(Role.AUDITOR)) {
            throw Problem.of(
                            Status.FORBIDDEN,
                            "the audit log is for auditors",
                            "use a token of an identity with the role auditor that is bound to no project")
                    .refusal();
        }
        List<AuditLog.Entry> entries = audit.after(after, MOST);
        long next = entries.isEmpty() ? after : entries.get(entries.size() - 1).sequence();
        return new Events(
                entries.stream()
                        .filter(e -> !ofRequests || isOfRequest(e.event()))
                        .map(EventView::of)
                        .toList(),
                next);
    }

    /** A refusal has an id of its own unless a request was there. */
    private boolean isOfRequest(AuditEvent event) {
        return event instanceof Refusal
                ? requests.find(event.request()).isPresent()
                : !(event instanceof AuditEvent.HashIntent
                        || event instanceof AuditEvent.HashOutcome
                        || event instanceof AuditEvent.Administration);
    }
}
