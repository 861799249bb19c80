package io.countersign.signer.ui;

import io.countersign.home.Configuration;
import io.countersign.home.Issuer;
import io.countersign.signer.api.PublicUrl;
import io.countersign.signer.identity.oidc.IssuerUnavailable;
import io.countersign.signer.identity.oidc.SignInFlow.Answer;
import io.countersign.signer.identity.session.Sessions;
import io.countersign.signer.identity.session.Sessions.Sent;
import io.countersign.signer.identity.session.SignInRefused;
import io.countersign.signer.identity.token.IssuedTokens.Issued;
import io.quarkus.qute.TemplateInstance;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Where people sign in. */
@Path("/ui")
@Page
@Produces(Html.TYPE)
class SignInPages {
    private static final Logger LOG = Logger.getLogger(SignInPages.class);
    private static final String ISSUER = "{issuer: [a-z0-9-]{1,64}}";

    private final Supplier<Configuration> configuration;
    private final Sessions sessions;
    private final PublicUrl publicUrl;

    SignInPages(Supplier<Configuration> configuration, Sessions sessions, PublicUrl publicUrl) {
        this.configuration = configuration;
        this.sessions = sessions;
        this.publicUrl = publicUrl;
    }

    @GET
    @Path("sign-in")
    public Response page(@Context UriInfo asked) {
        return page(Site.of(publicUrl, asked), Status.OK, Notice.NONE).build();
    }

    @POST
    @Path("sign-in")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response withToken(
            MultivaluedMap<String, String> form,
            @Context UriInfo asked,
            @Context HttpHeaders headers,
            @Context RoutingContext client) {
        Site site = Site.of(publicUrl, asked);
        try {
            String token = Html.only(form, "token").map(String::strip).orElse("");
            return signedIn(site, headers, sessions.withToken(token, address(client)))
                    .build();
        } catch (SignInRefused e) {
            return refused(site, e).build();
        }
    }

    /** A link, not a form: form-action 'self' would not let a form lead to the issuer. */
    @GET
    @Path("sign-in/" + ISSUER)
    public Response begin(@PathParam("issuer") String issuer, @Context UriInfo asked) {
        Site site = Site.of(publicUrl, asked);
        try {
            Sent sent = sessions.begin(issuer, site.address(back(issuer)));
            return Response.seeOther(sent.address())
                    .cookie(new Cookies(site).of(Cookies.SIGN_IN, sent.kept(), Sessions.UNDER_WAY))
                    .build();
        } catch (SignInRefused e) {
            return refused(site, e).build();
        } catch (IssuerUnavailable e) {
            return unavailable(site, e).build();
        }
    }

    /**
     * Where an issuer sends the browser back to: each to an address of its own, so that none can pass its answer off as another's
     * (RFC 9700 section 4.4.2.2).
     */
    @GET
    @Path("signed-in/" + ISSUER)
    public Response finish(
            @PathParam("issuer") String issuer,
            @Context UriInfo asked,
            @Context HttpHeaders headers,
            @Context RoutingContext client) {
        Site site = Site.of(publicUrl, asked);
        Cookies cookies = new Cookies(site);
        MultivaluedMap<String, String> query = asked.getQueryParameters();
        Answer answer = new Answer(
                Html.only(query, "state"),
                Html.only(query, "code"),
                Html.only(query, "error"),
                Html.only(query, "iss"));
        ResponseBuilder response;
        try {
            response = signedIn(
                    site,
                    headers,
                    sessions.finish(
                            cookies.read(headers, Cookies.SIGN_IN),
                            issuer,
                            site.address(back(issuer)),
                            answer,
                            address(client)));
        } catch (SignInRefused e) {
            if (e.retryAfter().isPresent()) {
                // The same answer is good when there are fewer.
                return refused(site, e).build();
            }
            response = refused(site, e);
        } catch (IssuerUnavailable e) {
            response = unavailable(site, e);
        }
        // Good once, whatever came of it.
        return response.cookie(cookies.none(Cookies.SIGN_IN)).build();
    }

    /** Behind a proxy, what that says, if it is declared. */
    private static String address(RoutingContext client) {
        return client.request().remoteAddress().hostAddress();
    }

    private static String back(String issuer) {
        return "/ui/signed-in/" + issuer;
    }

    private ResponseBuilder signedIn(Site site, HttpHeaders headers, Issued session) {
        Cookies cookies = new Cookies(site);
        cookies.read(headers, Cookies.SESSION).flatMap(sessions::find).ifPresent(sessions::end);
        Duration life = Duration.between(
                session.credential().createdAt(), session.credential().expiresAt());
        return Html.to(site, "/ui").cookie(cookies.of(Cookies.SESSION, session.secret(), life));
    }

    private ResponseBuilder page(Site site, Status status, List<Notice> notices) {
        return Html.page(status, signIn(site, notices));
    }

    private TemplateInstance signIn(Site site, List<Notice> notices) {
        List<String> issuers = configuration.get().issuers().stream()
                .filter(i -> i.signIn().isPresent())
                .map(Issuer::name)
                .toList();
        return Templates.signIn(site, notices, issuers);
    }

    private ResponseBuilder refused(Site site, SignInRefused e) {
        List<Notice> notices = Notice.bad(Html.sentence(e.getMessage()), Html.sentence(e.remedy()));
        return e.retryAfter()
                .map(wait -> Html.tooOften(signIn(site, notices), wait))
                .orElseGet(() -> page(site, Status.FORBIDDEN, notices));
    }

    private ResponseBuilder unavailable(Site site, IssuerUnavailable e) {
        LOG.warn(e.getMessage());
        return page(
                site,
                Status.SERVICE_UNAVAILABLE,
                Notice.bad(
                        "The issuer cannot be asked just now.",
                        "Try again in a minute; the operator finds the cause in the service's log."));
    }

    @ServerExceptionMapper
    Response failed(Throwable e, UriInfo asked) {
        return Html.failed(Site.of(publicUrl, asked), e, Notice.NONE);
    }
}
