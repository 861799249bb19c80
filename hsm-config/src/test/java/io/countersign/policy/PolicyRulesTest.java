package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.Configuration.Project;
import io.countersign.home.Configuration.Repository;
import io.countersign.home.Policy;
import io.countersign.home.Policy.Appearance;
import io.countersign.home.Policy.Approval;
import io.countersign.home.Policy.Budget;
import io.countersign.home.Policy.OriginRules;
import io.countersign.home.Window;
import io.countersign.key.DigestAlgorithm;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyRulesTest {
    private static final Instant NOW = Instant.parse("2026-12-01T12:00:00Z");
    private static final URI REPOSITORY = URI.create("https://github.com/o/driver");
    private static final OriginRules RULES = new OriginRules(
            List.of("main", "release/*"),
            List.of("v*"),
            List.of(".github/workflows/release.yml"),
            List.of("github-hosted"),
            List.of("release"),
            false);

    private static Policy policy(Optional<OriginRules> origin, List<Window> windows, Optional<Budget> budget) {
        return new Policy(
                "release",
                "publisher",
                DigestAlgorithm.SHA256,
                List.of("lab"),
                List.of(),
                List.of("ci"),
                Approval.NONE,
                origin,
                windows,
                budget,
                Appearance.PLAIN,
                false,
                Optional.empty());
    }

    private static Origin origin(String ref) {
        return new Origin(
                "github",
                REPOSITORY,
                "123",
                "45",
                ref,
                "0".repeat(40),
                ".github/workflows/release.yml",
                "github-hosted",
                "release",
                1,
                URI.create("https://github.com/o/driver/actions/runs/9"));
    }

    private static Project project(Policy policy) {
        return new Project(
                "driver",
                "Driver",
                Optional.of(new Repository(REPOSITORY, "123", Optional.of("45"), List.of("github"))),
                List.of(),
                List.of(policy));
    }

    private static List<RuleId> ofTheRequest(String submitter, Optional<Origin> origin) {
        Policy policy = policy(Optional.of(RULES), List.of(), Optional.empty());
        return PolicyRules.ofTheRequest(project(policy), policy, new Facts(submitter, origin, NOW, since -> 0)).stream()
                .map(Violation::rule)
                .toList();
    }

    @Test
    void aListedSubmitterWithTheRightOriginMeetsEveryRule() {
        assertThat(ofTheRequest("ci", Optional.of(origin("refs/heads/main")))).isEmpty();
    }

    @Test
    void everyRuleThatIsNotMetIsNamed() {
        assertThat(ofTheRequest("mallory", Optional.empty()))
                .containsExactly(RuleId.SUBMITTER_LISTED, RuleId.ORIGIN_VERIFIED);
        Origin wrong = new Origin(
                "github",
                REPOSITORY,
                "666",
                "45",
                "refs/heads/feature",
                "",
                "other.yml",
                "self-hosted",
                "",
                2,
                REPOSITORY);
        assertThat(ofTheRequest("ci", Optional.of(wrong)))
                .containsExactly(
                        RuleId.ORIGIN_REPOSITORY,
                        RuleId.ORIGIN_REF,
                        RuleId.ORIGIN_WORKFLOW,
                        RuleId.ORIGIN_RUNNER,
                        RuleId.ORIGIN_ENVIRONMENT,
                        RuleId.ORIGIN_FIRST_RUN);
    }

    @ParameterizedTest
    @CsvSource({
        "refs/heads/main, true",
        "refs/heads/main2, false",
        "refs/heads/release/1.0, true",
        "refs/heads/release/1.0/hotfix, false",
        "refs/heads/v1, false",
        "refs/tags/v1.0, true",
        "refs/tags/main, false",
        "refs/tags/1.0, false",
        "refs/pull/7/merge, false",
        "main, false",
        "'', false"
    })
    void refsAreBranchesOrTagsAndMatchWhole(String ref, boolean allowed) {
        assertThat(ofTheRequest("ci", Optional.of(origin(ref))).isEmpty()).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "main, main, true",
        "m*n, main, true",
        "*, main, true",
        "*, a/b, false",
        "**, a/b, true",
        "release/**, release/a/b, true",
        "a.c, abc, false",
        "(a|b), a, false",
        "\\Qa, a, false"
    })
    void patternsHaveAsterisksAndNoOtherMagic(String pattern, String name, boolean matches) {
        assertThat(RefPattern.matches(pattern, name)).isEqualTo(matches);
    }

    @Test
    void whoIsNotAVoucherIsNotBelievedAboutTheRepository() {
        Origin good = origin("refs/heads/main");
        UnaryOperator<String> rename = name -> name.equals("github") ? "other-issuer" : name;
        Origin other = new Origin(
                rename.apply(good.vouchedBy()),
                good.repositoryUrl(),
                good.repositoryId(),
                good.repositoryOwnerId(),
                good.ref(),
                good.commit(),
                good.workflow(),
                good.runner(),
                good.environment(),
                good.runAttempt(),
                good.buildUrl());
        assertThat(ofTheRequest("ci", Optional.of(other))).containsExactly(RuleId.ORIGIN_REPOSITORY);
    }

    @Test
    void theKeyIsUsedInsideTheWindowAndTheBudgetOnly() {
        Window open = new Window.Span(NOW.minusSeconds(1), NOW.plusSeconds(1));
        Window shut = new Window.Span(NOW.minusSeconds(9), NOW);
        Budget budget = new Budget(2, Duration.ofDays(7));
        Facts one = new Facts("ci", Optional.empty(), NOW, since -> since.equals(NOW.minus(budget.per())) ? 1 : 9);
        Facts two = new Facts("ci", Optional.empty(), NOW, since -> 2);

        Policy inWindow = policy(Optional.empty(), List.of(shut, open), Optional.of(budget));
        assertThat(PolicyRules.ofTheMoment(project(inWindow), inWindow, one)).isEmpty();
        Policy outside = policy(Optional.empty(), List.of(shut), Optional.of(budget));
        assertThat(PolicyRules.ofTheMoment(project(outside), outside, two))
                .extracting(Violation::rule)
                .containsExactly(RuleId.WINDOW_OPEN, RuleId.BUDGET_LEFT);
    }

    @Test
    void theNextWindowIsTheFirstThatOpensOfAll() {
        Window weekly = new Window.Weekly(
                Set.of(DayOfWeek.SUNDAY), LocalTime.of(2, 15), LocalTime.of(2, 45), ZoneId.of("Europe/Berlin"));
        Instant saturday = Instant.parse("2026-03-21T12:00:00Z");
        Instant sunday = Instant.parse("2026-03-22T01:15:00Z");
        assertThat(weekly.nextOpening(saturday)).contains(sunday);
        // Between the two Sundays the clocks were put forward over that half hour.
        assertThat(weekly.nextOpening(sunday)).contains(Instant.parse("2026-04-05T00:15:00Z"));

        Window past = new Window.Span(saturday.minusSeconds(2), saturday.minusSeconds(1));
        Window sooner = new Window.Span(saturday.plusSeconds(1), saturday.plusSeconds(2));
        assertThat(PolicyRules.nextWindow(
                        policy(Optional.empty(), List.of(past, weekly, sooner), Optional.empty()), saturday))
                .contains(saturday.plusSeconds(1));
        assertThat(PolicyRules.nextWindow(policy(Optional.empty(), List.of(past), Optional.empty()), saturday))
                .isEmpty();
    }

    @Test
    void aRepositorysOwnPolicyAsksForMore() {
        RepositoryPolicy.Read read = RepositoryPolicy.read("""
                github-policies:
                  runners: { require_github_hosted: true }
                  build: { disallow_reruns: true }
                """);
        assertThat(read.problems()).isEmpty();
        assertThat(read.policy().violations(origin("refs/heads/main"))).isEmpty();
        Origin rerun = new Origin(
                "github", REPOSITORY, "123", "45", "refs/heads/main", "", "", "self-hosted", "", 2, REPOSITORY);
        assertThat(read.policy().violations(rerun))
                .extracting(Violation::rule)
                .containsExactly(RuleId.ORIGIN_RUNNER, RuleId.ORIGIN_FIRST_RUN);
    }

    @Test
    void whatOfARepositorysPolicyCannotBeCheckedIsRefusedByName() {
        assertThat(RepositoryPolicy.read("""
                                github-policies:
                                  runners: { allowed_groups: [ours] }
                                  branch_rulesets:
                                    - enforced_from: EARLIEST
                                  surplus: 1
                                """).problems())
                .extracting(p -> p.line() + " " + p.message())
                .contains(
                        "2 'allowed_groups' is not supported",
                        "4 'branch_rulesets' is not supported",
                        "5 'surplus' is not known in github-policies");
    }
}
