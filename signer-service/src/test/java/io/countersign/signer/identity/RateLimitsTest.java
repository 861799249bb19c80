package io.countersign.signer.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.signer.fixture.Examples;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
    private Instant now = Examples.NOW;

    private RateLimits limits(int ofCi) {
        Configuration c = Examples.configuration();
        Identity ci = new Identity(
                "ci", Optional.empty(), Optional.empty(), Optional.empty(), Set.of(), OptionalInt.of(ofCi));
        Configuration limited = new Configuration(
                c.organization(),
                c.pkiBaseUrl(),
                c.tokens(),
                c.keys(),
                c.timestampAuthorities(),
                c.issuers(),
                List.of(ci),
                c.githubApi(),
                c.projects());
        return new RateLimits(() -> limited, 2, () -> now);
    }

    @Test
    void aMinutesWorthAtOnceAndThenAsItIsRefilled() {
        RateLimits limits = limits(6);
        for (int i = 0; i < 6; i++) {
            assertThat(limits.call("ci")).isEmpty();
        }
        assertThat(limits.call("ci")).contains(Duration.ofSeconds(10));
        now = now.plusSeconds(4);
        assertThat(limits.call("ci")).contains(Duration.ofSeconds(6));
        now = now.plusSeconds(6);
        assertThat(limits.call("ci")).isEmpty();
        assertThat(limits.call("ci")).isPresent();
        now = now.plus(Duration.ofDays(1));
        for (int i = 0; i < 6; i++) {
            assertThat(limits.call("ci")).isEmpty();
        }
        assertThat(limits.call("ci")).isPresent();
    }

    @Test
    void oneDoesNotUseUpWhatAnotherHasAndAClockSetBackGivesNothing() {
        RateLimits limits = limits(1);
        assertThat(limits.call("ci")).isEmpty();
        assertThat(limits.call("alice")).isEmpty();
        assertThat(limits.call("alice")).isEmpty();
        assertThat(limits.call("alice")).contains(Duration.ofSeconds(30));
        now = now.minusSeconds(3600);
        assertThat(limits.call("ci")).isPresent();
    }
}
