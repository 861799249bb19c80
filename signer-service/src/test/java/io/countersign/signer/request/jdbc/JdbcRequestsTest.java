package io.countersign.signer.request.jdbc;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.StoreUnavailable;
import io.countersign.signer.request.Submission;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JdbcRequestsTest {
    private static final Duration LEASE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private JdbcRequests requests;

    @BeforeEach
    void open() {
        requests = new JdbcRequests(Database.in(folder));
    }

    private Submission add() {
        Submission submission = Examples.submission();
        requests.add(Queued.first(submission));
        return submission;
    }

    private Optional<Processing> claim(String worker) {
        return requests.claim(worker, NOW, NOW.plus(LEASE));
    }

    @Test
    void everyStateComesBackAsItWasPut() {
        Submission submission = add();
        assertThat(requests.find(submission.id())).contains(Queued.first(submission));

        Processing first = claim("w1").orElseThrow();
        assertThat(first).isEqualTo(new Processing(submission, 1, "w1", NOW.plus(LEASE)));
        assertThat(requests.find(submission.id())).contains(first);

        Queued again = first.retry("the TSA is down", NOW.plusSeconds(5));
        assertThat(requests.settle(first, again)).isTrue();
        assertThat(requests.find(submission.id())).contains(again);

        Processing second =
                requests.claim("w1", NOW.plusSeconds(5), NOW.plus(LEASE)).orElseThrow();
        assertThat(second.attempt()).isEqualTo(2);
        SigningRequest done = second.completed(Examples.sha256("signed"), "{}", NOW.plusSeconds(6));
        assertThat(requests.settle(second, done)).isTrue();
        assertThat(requests.find(submission.id())).contains(done);
    }

    @Test
    void failedAndDeniedRequestsKeepTheirReason() {
        for (boolean denied : List.of(true, false)) {
            Submission submission = add();
            Processing held = claim("w1").orElseThrow();
            SigningRequest end = denied ? held.denied("no: “why”", NOW) : held.failed("no: “why”", NOW);
            assertThat(requests.settle(held, end)).isTrue();
            assertThat(requests.find(submission.id())).contains(end);
        }
        assertThat(claim("w2")).isEmpty();
    }

    @Test
    void aRequestSurvivesClosingTheStore() {
        Submission submission = add();
        JdbcRequests reopened = new JdbcRequests(Database.in(folder));
        assertThat(reopened.find(submission.id())).contains(Queued.first(submission));
    }

    @Test
    void aClaimedRequestIsNobodyElsesUntilItsLeaseEnds() {
        add();
        assertThat(claim("w1")).isPresent();
        assertThat(claim("w2")).isEmpty();
        assertThat(requests.claim("w2", NOW.plus(LEASE), NOW.plus(LEASE).plus(LEASE)))
                .get()
                .returns(2, Processing::attempt)
                .returns("w2", Processing::worker);
    }

    @Test
    void aRenewedLeaseHoldsLonger() {
        add();
        Processing held = claim("w1").orElseThrow();
        assertThat(requests.renew(held, NOW.plus(LEASE).plus(LEASE))).isTrue();
        assertThat(requests.claim("w2", NOW.plus(LEASE), NOW.plus(LEASE))).isEmpty();
    }

    @Test
    void whoLostTheLeaseCanNeitherRenewNorSettle() {
        Submission submission = add();
        Processing former = claim("w1").orElseThrow();
        Processing present = requests.claim(
                        "w2", NOW.plus(LEASE), NOW.plus(LEASE).plus(LEASE))
                .orElseThrow();

        assertThat(requests.renew(former, NOW.plusSeconds(999))).isFalse();
        assertThat(requests.settle(former, former.completed(Examples.sha256("late"), "{}", NOW)))
                .isFalse();
        assertThat(requests.find(submission.id())).contains(present);
    }

    @Test
    void theSameWorkerIsFencedOffFromItsOwnEarlierAttempt() {
        add();
        Processing former = claim("w1").orElseThrow();
        Processing present = requests.claim(
                        "w1", NOW.plus(LEASE), NOW.plus(LEASE).plus(LEASE))
                .orElseThrow();

        assertThat(requests.settle(former, former.failed("late", NOW))).isFalse();
        assertThat(requests.settle(present, present.failed("in time", NOW))).isTrue();
    }

    @Test
    void aRetryIsNotHandedOutBeforeItsTime() {
        add();
        Processing held = claim("w1").orElseThrow();
        requests.settle(held, held.retry("later", NOW.plusSeconds(5)));

        assertThat(requests.claim("w1", NOW.plusSeconds(4), NOW.plus(LEASE))).isEmpty();
        assertThat(requests.claim("w1", NOW.plusSeconds(5), NOW.plus(LEASE))).isPresent();
    }

    @Test
    void aSettledRequestCannotBeSettledAgain() {
        add();
        Processing held = claim("w1").orElseThrow();
        assertThat(requests.settle(held, held.failed("once", NOW))).isTrue();
        assertThat(requests.settle(held, held.failed("twice", NOW))).isFalse();
    }

    @Test
    void aRequestCannotBecomeAnotherOne() {
        add();
        Processing held = claim("w1").orElseThrow();
        Processing other = new Processing(Examples.submission(), 1, "w1", NOW);
        assertThatThrownBy(() -> requests.settle(held, other.failed("not mine", NOW)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void releasedWorkResumesAtOnceAndItsFormerHolderIsFencedOff() {
        Submission submission = add();
        Processing dead = claim("dead").orElseThrow();

        assertThat(requests.releaseAll(NOW)).extracting(Processing::id).containsExactly(submission.id());
        assertThat(claim("w2")).get().returns(2, Processing::attempt);
        assertThat(requests.settle(dead, dead.failed("from the grave", NOW))).isFalse();
    }

    @Test
    void manyWorkersNeverHoldTheSameRequest() throws Exception {
        int count = 60;
        IntStream.range(0, count).forEach(i -> add());
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Callable<List<UUID>>> workers = IntStream.range(0, 4)
                    .<Callable<List<UUID>>>mapToObj(i -> () -> {
                        List<UUID> claimed = new ArrayList<>();
                        for (Optional<Processing> p = claim("w" + i); p.isPresent(); p = claim("w" + i)) {
                            claimed.add(p.get().id());
                        }
                        return claimed;
                    })
                    .toList();
            List<UUID> all = new ArrayList<>();
            for (Future<List<UUID>> claimed : pool.invokeAll(workers)) {
                all.addAll(claimed.get());
            }
            assertThat(all).hasSize(count).doesNotHaveDuplicates();
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void theSameRequestCannotBeAddedTwice() {
        Submission submission = add();
        assertThatThrownBy(() -> requests.add(Queued.first(submission)))
                .isInstanceOf(StoreUnavailable.class)
                .hasMessageContaining(submission.id().toString());
    }

    /** What is asked often, on the store as it is migrated: none of it may read every request that ever was. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CLAIM",
                "BY_KEY",
                "TO_APPROVE",
                "STATES",
                "WAITING_UNDER",
                "THOUGH_APPROVED",
                "EXPIRED",
                "RELEASE_ALL",
                "HELD"
            })
    void nothingThatIsAskedOftenReadsEveryRequest(String statement) throws Exception {
        Field field = JdbcRequests.class.getDeclaredField(statement);
        field.setAccessible(true);
        String sql = ((String) field.get(null)).formatted("(?, ?), (?, ?)");
        try (Connection connection = Database.in(folder).getConnection();
                Statement explain = connection.createStatement();
                ResultSet plan = explain.executeQuery("EXPLAIN QUERY PLAN "
                        + (sql.startsWith(" WHERE") ? "SELECT * FROM signing_request" + sql : sql))) {
            List<String> steps = new ArrayList<>();
            while (plan.next()) {
                steps.add(plan.getString("detail"));
            }
            assertThat(steps).isNotEmpty().noneMatch(s -> s.matches("SCAN \\w+"));
        }
    }
}
