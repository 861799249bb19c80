package io.countersign.signer.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.signer.fixture.Examples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class BearerTokensTest {
    private final BearerTokens tokens = new BearerTokens(Examples::configuration);

    @Test
    void aTokenIsKnownByItsDigestWhateverTheCaseOfTheScheme() {
        assertThat(tokens.authenticate("Bearer token of ci")).contains(Examples.caller("ci"));
        assertThat(tokens.authenticate("bearer token of stranger")).contains(Examples.caller("stranger"));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "token of ci",
                "Basic token of ci",
                "Bearer token of c",
                "Bearer TOKEN OF CI"
            })
    void anythingElseIsNobody(String header) {
        assertThat(tokens.authenticate(header)).isEmpty();
    }
}
