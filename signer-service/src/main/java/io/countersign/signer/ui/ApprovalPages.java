package io.countersign.signer.ui;

import io.countersign.signer.api.PublicUrl;
import io.countersign.signer.audit.AuditUnavailable;
import io.countersign.signer.identity.RateLimits;
import io.countersign.signer.identity.session.Session;
import io.countersign.signer.identity.session.Sessions;
import io.countersign.signer.pipeline.ApprovalDesk;
import io.countersign.signer.pipeline.Conflict;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.Approvals;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.StoreUnavailable;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Where people see what waits for them, and say yes or no. */
@Path("/ui")
@Page
@Produces(Html.TYPE)
class ApprovalPages {
    private static final int MOST_SHOWN = 50;
    private static final int LONGEST_REASON = 500;
    private static final String FORM = "form";
    private static final String SAID = "said";
    private static final Pattern DONE = Pattern.compile("(approved|denied)-([1-9][0-9]{0,2})");

    private final Sessions sessions;
    private final ApprovalDesk desk;
    private final RequestRepository requests;
    private final Approvals approvals;
    private final SigningRules rules;
    private final RateLimits limits;
    private final PublicUrl publicUrl;

    ApprovalPages(
            Sessions sessions,
            ApprovalDesk desk,
            RequestRepository requests,
            Approvals approvals,
            SigningRules rules,
            RateLimits limits,
            PublicUrl publicUrl) {
        this.sessions = sessions;
        this.desk = desk;
        this.requests = requests;
        this.approvals = approvals;
        this.rules = rules;
        this.limits = limits;
        this.publicUrl = publicUrl;
    }

    /** What is asked for, once it is known by whom. */
    @FunctionalInterface
    private interface Deed {
        Response of(Site site, Session session);
    }

    @GET
    public Response page(@Context UriInfo asked, @Context HttpHeaders headers) {
        return inSession(
                asked,
                headers,
                (site, session) -> page(site, session, Status.OK, said(session, asked.getQueryParameters())));
    }

    @POST
    @Path("approve")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response approve(MultivaluedMap<String, String> form, @Context UriInfo asked, @Context HttpHeaders headers) {
        return inSession(form, asked, headers, (site, session) -> {
            List<String> ids = form.getOrDefault("id", List.of());
            if (ids.isEmpty() || ids.size() > MOST_SHOWN) {
                return page(
                        site,
                        session,
                        Status.BAD_REQUEST,
                        Notice.bad(
                                ids.isEmpty() ? "Nothing was ticked." : "More was ticked than the page shows.",
                                "Tick what is to be approved."));
            }
            return approve(site, session, ids);
        });
    }

    private Response approve(Site site, Session session, List<String> ids) {
        List<String> approved = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        Optional<String> begun = Optional.empty();
        try {
            for (String id : ids) {
                begun = Optional.of(id);
                act(session, id, request -> desk.approve(session.caller(), request))
                        .ifPresentOrElse(refused::add, () -> approved.add(id));
            }
            begun = Optional.empty();
            return answer(site, session, "approved", approved.size(), refused);
        } catch (StoreUnavailable | AuditUnavailable e) {
            return Html.failed(site, e, upToThere(approved, refused, begun));
        }
    }

    /** What became of those before a failure, which the page of what waits cannot tell then. */
    private static List<Notice> upToThere(List<String> approved, List<String> refused, Optional<String> begun) {
        List<Notice> notices = new ArrayList<>();
        if (!approved.isEmpty()) {
            notices.add(new Notice(
                    true,
                    approved.stream()
                            .map(id -> "Request " + id + " was approved.")
                            .toList(),
                    ""));
        }
        List<String> not = new ArrayList<>(refused);
        begun.ifPresent(id ->
                not.add("Whether request " + id + " was approved is not certain. None after it was approved by this."));
        if (!not.isEmpty()) {
            notices.add(new Notice(false, not, ""));
        }
        return notices;
    }

    @POST
    @Path("deny")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response deny(MultivaluedMap<String, String> form, @Context UriInfo asked, @Context HttpHeaders headers) {
        return inSession(form, asked, headers, (site, session) -> {
            String reason = Html.only(form, "reason").map(String::strip).orElse("");
            if (reason.isEmpty() || reason.length() > LONGEST_REASON) {
                return page(
                        site,
                        session,
                        Status.BAD_REQUEST,
                        Notice.bad(
                                "The reason is missing, or longer than " + LONGEST_REASON + " characters.",
                                "Say why: who submitted it reads it in the build's log."));
            }
            String id = Html.only(form, "id").orElse("");
            List<String> refused = act(session, id, request -> desk.deny(session.caller(), request, reason)).stream()
                    .toList();
            return answer(site, session, "denied", 1 - refused.size(), refused);
        });
    }

    @POST
    @Path("sign-out")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response signOut(MultivaluedMap<String, String> form, @Context UriInfo asked, @Context HttpHeaders headers) {
        return inSession(form, asked, headers, (site, session) -> {
            sessions.end(session);
            return Html.to(site, "/ui/sign-in")
                    .cookie(new Cookies(site).none(Cookies.SESSION))
                    .build();
        });
    }

    /** A person calls as often as their identity may, whether by a token or here. */
    private Response inSession(UriInfo asked, HttpHeaders headers, Deed deed) {
        Site site = Site.of(publicUrl, asked);
        Optional<Session> session =
                new Cookies(site).read(headers, Cookies.SESSION).flatMap(sessions::find);
        if (session.isEmpty()) {
            return Html.to(site, "/ui/sign-in").build();
        }
        String name = session.get().caller().name();
        Optional<Duration> wait = limits.call(name);
        if (wait.isPresent()) {
            return Html.tooOften(
                            Templates.notice(
                                    site,
                                    Notice.bad(
                                            name + " has called more often than it may.",
                                            "Wait a little, and try again.")),
                            wait.get())
                    .build();
        }
        return deed.of(site, session.get());
    }

    private Response inSession(MultivaluedMap<String, String> form, UriInfo asked, HttpHeaders headers, Deed deed) {
        return inSession(asked, headers, (site, session) -> {
            if (!session.isMark(FORM, Html.only(form, "mark").orElse(""))) {
                return page(
                        site,
                        session,
                        Status.FORBIDDEN,
                        Notice.bad("The form is not of this session.", "Use the page as it is shown now."));
            }
            return deed.of(site, session);
        });
    }

    /** One decision. */
    @FunctionalInterface
    private interface Decision {
        SigningRequest on(SigningRequest request) throws SubmissionRefused, Conflict;
    }

    /** Empty if it was done, else why not. */
    private Optional<String> act(Session session, String id, Decision decision) {
        Optional<SigningRequest> request = uuid(id).flatMap(requests::find)
                .filter(r -> rules.mayRead(
                        session.caller(),
                        r.submission().project(),
                        r.submission().policy()));
        if (request.isEmpty()) {
            return Optional.of("There is no such request that you may see.");
        }
        try {
            decision.on(request.get());
            return Optional.empty();
        } catch (SubmissionRefused | Conflict e) {
            // Isolated, as <bdi> does: a name that reads from right to left turns nothing round that follows it.
            return Optional.of("\u2068" + request.get().submission().fileName() + "\u2069: " + e.getMessage());
        }
    }

    private Response answer(Site site, Session session, String what, int done, List<String> refused) {
        if (refused.isEmpty()) {
            String text = what + "-" + done;
            return Html.to(site, "/ui?" + SAID + "=" + text + "&mark=" + session.mark(SAID + text))
                    .build();
        }
        List<Notice> notices = new ArrayList<>(done > 0 ? Notice.good(told(what, done)) : Notice.NONE);
        notices.add(new Notice(false, refused, "The page shows what waits for you now."));
        return page(site, session, Status.CONFLICT, notices);
    }

    /** What was done before this page; nobody else can have it say so. */
    private static List<Notice> said(Session session, MultivaluedMap<String, String> query) {
        String text = Html.only(query, SAID).orElse("");
        Matcher done = DONE.matcher(text);
        return done.matches()
                        && session.isMark(SAID + text, Html.only(query, "mark").orElse(""))
                ? Notice.good(told(done.group(1), Integer.parseInt(done.group(2))))
                : Notice.NONE;
    }

    private static String told(String what, int done) {
        return done + (done == 1 ? " request was " : " requests were ") + what + ".";
    }

    private Response page(Site site, Session session, Status status, List<Notice> notices) {
        // Those the reader has approved come last, so that however many they are, they hide none that still waits.
        List<WaitingForApproval> waiting = desk.waitingFor(session.caller());
        String reader = session.caller().name();
        List<WaitingView> shown = waiting.stream()
                .limit(MOST_SHOWN)
                .flatMap(w -> rules
                        .present(w.submission().project(), w.submission().policy())
                        .stream()
                        .map(present -> WaitingView.of(w, present.policy(), approvals.of(w.id()), reader)))
                .toList();
        Map<Boolean, List<WaitingView>> byMine = shown.stream().collect(Collectors.partitioningBy(WaitingView::mine));
        return Html.page(
                        status,
                        Templates.approvals(
                                site,
                                notices,
                                reader,
                                session.mark(FORM),
                                byMine.get(false),
                                byMine.get(true),
                                waiting.size() - shown.size()))
                .build();
    }

    private static Optional<UUID> uuid(String text) {
        try {
            return text.length() == 36 ? Optional.of(UUID.fromString(text)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @ServerExceptionMapper
    Response failed(Throwable e, UriInfo asked) {
        return Html.failed(Site.of(publicUrl, asked), e, Notice.NONE);
    }
}
