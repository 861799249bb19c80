package io.countersign.timestamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstAvailableTest {
    private static final Digest IMPRINT = DigestAlgorithm.SHA256.digest(new byte[] {1});

    @Test
    void theSecondIsAskedWhenTheFirstFails() throws TimestampUnavailable {
        TimestampSource sources = new FirstAvailable(List.of(down("one"), TestTsa.authority(), down("three")));

        assertThat(sources.timestamp(IMPRINT).imprint()).contains(IMPRINT);
    }

    @Test
    void whenAllFailTheMessageSaysWhyEachDid() {
        TimestampSource sources = new FirstAvailable(List.of(down("one"), down("two")));

        assertThatThrownBy(() -> sources.timestamp(IMPRINT))
                .isInstanceOf(TimestampUnavailable.class)
                .hasMessageContainingAll("none of 2", "one is down", "two is down");
    }

    @Test
    void aLoneFailureIsNotWrapped() {
        TimestampSource sources = new FirstAvailable(List.of(down("one")));

        assertThatThrownBy(() -> sources.timestamp(IMPRINT)).hasMessage("one is down");
    }

    @Test
    void anEmptyListIsRefusedAtOnce() {
        assertThatThrownBy(() -> new FirstAvailable(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private static TimestampSource down(String name) {
        return imprint -> {
            throw new TimestampUnavailable(name + " is down");
        };
    }
}
