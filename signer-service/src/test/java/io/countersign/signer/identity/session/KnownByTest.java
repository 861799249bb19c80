package io.countersign.signer.identity.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.home.Identity.OidcMatch;
import io.countersign.home.Issuer;
import io.countersign.signer.fixture.Examples;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KnownByTest {
    @Test
    void aMatchThatNamesSomebodyElseIsAnother() {
        Issuer work = SessionsTest.issuer("https://login.example");
        assertThat(KnownBy.issuer(matching("1"), work))
                .isEqualTo(KnownBy.issuer(matching("1"), work))
                .isNotEqualTo(KnownBy.issuer(matching("2"), work))
                .isNotEqualTo(KnownBy.issuer(matching("1"), SessionsTest.issuer("https://another.example")));
        Configuration like = Examples.configuration();
        Configuration now = new Configuration(
                like.organization(),
                like.pkiBaseUrl(),
                like.tokens(),
                like.keys(),
                like.timestampAuthorities(),
                List.of(work),
                List.of(matching("1")),
                like.githubApi(),
                like.projects());
        String before = KnownBy.issuer(matching("1"), work);
        assertThat(KnownBy.isStill(before, now, matching("1"))).isTrue();
        assertThat(KnownBy.isStill(before, now, matching("2"))).isFalse();
        assertThat(KnownBy.isStill(before, like, matching("1"))).isFalse();
    }

    private static Identity matching(String subject) {
        return new Identity(
                "alice",
                Optional.empty(),
                Optional.empty(),
                Optional.of(new OidcMatch("work", Map.of("sub", List.of(subject)))),
                Set.of(),
                OptionalInt.empty());
    }
}
