package io.countersign.signer.ui;

import io.countersign.home.Policy;
import io.countersign.policy.Origin;
import io.countersign.signer.audit.Printable;
import io.countersign.signer.request.Approval;
import io.countersign.signer.request.SigningRequest.WaitingForApproval;
import io.countersign.signer.request.Submission;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A request that waits, as the page shows it.
 *
 * @param origin where it was built; empty if nobody vouches for that
 * @param buildUrl the page of the build; empty if there is none to be linked
 * @param approvals how many there are and have to be, and whose
 * @param mine whether the reader has approved it
 */
record WaitingView(
        String id,
        String file,
        String project,
        String policy,
        String description,
        String sha256,
        String size,
        String submitter,
        When submitted,
        When expires,
        List<Line> origin,
        String buildUrl,
        String approvals,
        boolean mine) {
    private static final DateTimeFormatter SHOWN =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** A time for machines and for people. */
    record When(String iso, String shown) {
        static When of(Instant at) {
            return new When(at.toString(), SHOWN.format(at));
        }
    }

    /** One thing that is known. */
    record Line(String name, String value) {}

    static WaitingView of(WaitingForApproval request, Policy policy, List<Approval> given, String reader) {
        Submission submission = request.submission();
        List<String> approvers = given.stream().map(Approval::approver).toList();
        return new WaitingView(
                request.id().toString(),
                submission.fileName(),
                submission.project(),
                submission.policy(),
                submission.description().map(Printable::of).orElse(""),
                submission.artifact().value().hex(),
                String.format(Locale.ROOT, "%,d bytes", submission.size()),
                submission.submitter(),
                When.of(submission.submittedAt()),
                When.of(request.expiresAt()),
                submission.origin().map(WaitingView::lines).orElse(List.of()),
                submission.origin().map(o -> linked(o.buildUrl())).orElse(""),
                approvers.size() + " of " + policy.approvals()
                        + (approvers.isEmpty() ? "" : " (" + String.join(", ", approvers) + ")"),
                approvers.contains(reader));
    }

    private static List<Line> lines(Origin origin) {
        List<Line> lines = new ArrayList<>();
        add(lines, "Repository", origin.repositoryUrl().toString());
        add(lines, "Branch or tag", origin.branch().or(origin::tag).orElse(origin.ref()));
        add(lines, "Commit", origin.commit());
        add(lines, "Workflow", origin.workflow());
        add(lines, "Runner", origin.runner());
        add(lines, "Environment", origin.environment());
        add(lines, "Vouched for by", origin.vouchedBy());
        return lines;
    }

    private static void add(List<Line> lines, String name, String value) {
        if (!value.isEmpty()) {
            lines.add(new Line(name, Printable.of(value)));
        }
    }

    /**
     * A link is followed by a click, so it goes to the web and nowhere else. Shown in ASCII, it reads as it leads: a URI may hold
     * characters that turn text around.
     */
    private static String linked(URI page) {
        return "https".equals(page.getScheme()) || "http".equals(page.getScheme())
                ? Printable.of(page.toASCIIString())
                : "";
    }
}
