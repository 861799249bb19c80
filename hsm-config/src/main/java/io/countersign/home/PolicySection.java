package io.countersign.home;

import io.countersign.home.Policy.Appearance;
import io.countersign.home.Policy.Approval;
import io.countersign.home.Policy.Budget;
import io.countersign.home.Policy.OriginRules;
import io.countersign.key.DigestAlgorithm;
import io.countersign.yaml.YamlDocument;
import io.countersign.yaml.YamlMap;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one of a project's {@code policies}. */
final class PolicySection {
    private static final int MAX_APPROVALS = 20;
    private static final int MAX_SIGNATURES = 1_000_000_000;
    private static final Duration MAX_DURATION = Duration.ofDays(36_500);
    private static final Duration MAX_APPROVAL_EXPIRY = Duration.ofDays(366);
    private static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,6})([mhdw])");
    private static final String DURATION_IN_WORDS = "a duration such as 30m, 12h, 7d or 2w";
    private static final Pattern REF_PATTERN = Pattern.compile("[\\p{Graph}&&[^\\\\^~:?\\[\\]]]{1,200}");
    private static final Pattern RUNNER = Pattern.compile("github-hosted|gitlab-hosted|self-hosted");
    private static final Pattern TEXT = Pattern.compile("\\P{C}{1,256}");

    private final YamlDocument document;
    private final Names names;

    PolicySection(YamlDocument document, Names names) {
        this.document = document;
        this.names = names;
    }

    /** @param repository whether the project says where its sources are */
    Policy read(String project, boolean repository, YamlMap map) {
        Policy policy = new Policy(
                names.unique(map, "slug", "policy of project " + project),
                names.reference(map, "key", "key"),
                map.value("digest", PolicySection::digest, "sha256, sha384 or sha512", DigestAlgorithm.SHA256),
                names.references(map.texts("timestampAuthorities"), "timestamp authority"),
                names.references(map.optionalTexts("secondTimestampAuthorities"), "timestamp authority"),
                names.references(map.texts("submitters"), IdentitiesSection.IDENTITY),
                approval(map),
                map.optionalMap("origin").map(this::origin),
                map.optionalMaps("windows").stream().map(this::window).toList(),
                map.optionalMap("budget").map(PolicySection::budget),
                new Appearance(
                        map.flag("pageHashes", false),
                        map.optionalValue("description", matching(TEXT), "1 to 256 printable characters"),
                        map.optionalValue("url", WebAddress::plain, "an http:// or https:// address")),
                map.flag("hashSigning", false),
                map.optionalValue("retention", PolicySection::duration, DURATION_IN_WORDS));
        for (String second : policy.secondTimestampAuthorities()) {
            if (policy.timestampAuthorities().contains(second)) {
                document.problem(
                        map.line("secondTimestampAuthorities"),
                        "'" + second + "' may give the first timestamp already, so its second would add nothing",
                        "name authorities that are not among timestampAuthorities");
            }
        }
        if (policy.origin().isPresent() && !repository) {
            document.problem(
                    map.line("origin"),
                    "'origin' is checked against the project's repository, and it names none",
                    "add 'repository' with url, id and vouchers to the project");
        }
        if (policy.hashSigning() && (policy.approvals() > 0 || policy.origin().isPresent())) {
            document.problem(
                    map.line("hashSigning"),
                    "a digest is signed at once, unseen: nobody can approve it or say where it comes from",
                    "make a policy of its own for hash signing, without approvals and origin");
        }
        map.end();
        return policy;
    }

    private Approval approval(YamlMap map) {
        int count = map.number("approvals", 0, MAX_APPROVALS);
        List<String> approvers = names.references(map.optionalTexts("approvers"), IdentitiesSection.IDENTITY);
        Duration expiry = map.optionalValue("approvalExpiry", PolicySection::duration, DURATION_IN_WORDS)
                .orElse(Approval.DEFAULT_EXPIRY);
        if (!approvers.isEmpty() && approvers.size() < count) {
            document.problem(
                    map.line("approvers"),
                    count + " approvals are wanted of " + approvers.size() + " approvers",
                    "name more approvers, or want fewer approvals");
        }
        if (expiry.compareTo(MAX_APPROVAL_EXPIRY) > 0) {
            document.problem(
                    map.line("approvalExpiry"), "a request would wait for more than a year", "write 366d or less");
        }
        return new Approval(count, approvers, expiry);
    }

    private OriginRules origin(YamlMap map) {
        String words = "a pattern of branches, tags or workflows without spaces, such as release/*";
        OriginRules origin = new OriginRules(
                map.optionalValues("branches", matching(REF_PATTERN), words),
                map.optionalValues("tags", matching(REF_PATTERN), words),
                map.optionalValues("workflows", matching(REF_PATTERN), words),
                map.optionalValues("runners", matching(RUNNER), "github-hosted, gitlab-hosted or self-hosted"),
                map.optionalValues("environments", matching(TEXT), "1 to 256 printable characters"),
                map.flag("reruns", true));
        if (origin.branches().isEmpty() && origin.tags().isEmpty()) {
            document.problem(
                    map.line("branches"),
                    "'origin' names neither branches nor tags, so nothing could be signed",
                    "name those that may be signed; \"**\" stands for all");
        }
        map.end();
        return origin;
    }

    private Window window(YamlMap map) {
        Window window = map.has("days") ? weekly(map) : span(map);
        map.end();
        return window;
    }

    private Window span(YamlMap map) {
        String words = "a time such as \"2026-12-01T08:00:00Z\", in quotes";
        Window.Span span = new Window.Span(
                map.value("from", PolicySection::instant, words, Instant.EPOCH),
                map.value("until", PolicySection::instant, words, Instant.MAX));
        if (!span.from().isBefore(span.until())) {
            document.problem(map.line("until"), "the window ends before it begins", "let 'until' be after 'from'");
        }
        return span;
    }

    private Window weekly(YamlMap map) {
        String words = "a time of day such as \"09:00\", in quotes";
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        days.addAll(map.optionalValues("days", PolicySection::day, "mon, tue, wed, thu, fri, sat or sun"));
        Window.Weekly weekly = new Window.Weekly(
                days,
                map.value("from", PolicySection::timeOfDay, words, LocalTime.MIN),
                map.value("until", PolicySection::timeOfDay, words, LocalTime.MAX),
                map.optionalValue("zone", PolicySection::zone, "a time zone such as Europe/Berlin")
                        .orElse(ZoneOffset.UTC));
        if (days.isEmpty()) {
            document.problem(map.line("days"), "the window has no days", "name at least one");
        }
        if (!weekly.from().isBefore(weekly.until())) {
            document.problem(
                    map.line("until"),
                    "the window ends before it begins",
                    "let 'until' be after 'from'; a night is two windows");
        }
        return weekly;
    }

    private static Budget budget(YamlMap map) {
        Budget budget = new Budget(
                map.number("signatures", 1, MAX_SIGNATURES),
                map.value("per", PolicySection::duration, DURATION_IN_WORDS, Duration.ofDays(1)));
        map.end();
        return budget;
    }

    private static Function<String, String> matching(Pattern pattern) {
        return text -> {
            if (!pattern.matcher(text).matches()) {
                throw new IllegalArgumentException(text);
            }
            return text;
        };
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        long number = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> Duration.ofDays(7 * number);
        };
        if (duration.compareTo(MAX_DURATION) > 0) {
            throw new IllegalArgumentException(text);
        }
        return duration;
    }

    private static Instant instant(String text) {
        return dated(() -> Instant.parse(text));
    }

    private static LocalTime timeOfDay(String text) {
        return dated(() -> LocalTime.parse(text));
    }

    private static ZoneId zone(String text) {
        return dated(() -> ZoneId.of(text));
    }

    private static <T> T dated(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static DayOfWeek day(String text) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (day.name().substring(0, 3).toLowerCase(Locale.ROOT).equals(text)) {
                return day;
            }
        }
        throw new IllegalArgumentException(text);
    }

    private static DigestAlgorithm digest(String text) {
        return List.of(DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512).stream()
                .filter(a -> a.label().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text));
    }
}
