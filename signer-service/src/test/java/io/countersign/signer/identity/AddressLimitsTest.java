package io.countersign.signer.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.signer.fixture.Examples;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AddressLimitsTest {
    private Instant now = Examples.NOW;

    @Test
    void eachAddressHasItsShareAndAnIpv6NetworkHasOne() {
        AddressLimits limits = new AddressLimits(2, () -> now);
        assertThat(limits.call("192.0.2.1")).isEmpty();
        assertThat(limits.call("192.0.2.1")).isEmpty();
        assertThat(limits.call("192.0.2.1")).contains(Duration.ofSeconds(30));
        assertThat(limits.call("192.0.2.2")).isEmpty();
        assertThat(limits.call("2001:db8::1")).isEmpty();
        assertThat(limits.call("2001:db8::2:3:4:5")).isEmpty();
        assertThat(limits.call("2001:db8::6")).isPresent();
        assertThat(limits.call("2001:db8:0:1::1")).isEmpty();
        now = now.plusSeconds(30);
        assertThat(limits.call("192.0.2.1")).isEmpty();
    }

    @Test
    void anAddressThatCalledLongAgoIsForgotten() {
        AddressLimits limits = new AddressLimits(1, () -> now);
        assertThat(limits.call("192.0.2.1")).isEmpty();
        for (int i = 0; i < 10_000; i++) {
            limits.call("10.0." + i / 256 + "." + i % 256);
        }
        assertThat(limits.call("192.0.2.1")).isEmpty();
    }
}
