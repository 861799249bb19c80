package io.countersign.signer.app;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.PreventFurtherStepsException;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {
    private static ListenAddress with(String host, String... settings) {
        Map<String, String> values = new HashMap<>(Map.of("quarkus.http.host", host));
        for (String setting : settings) {
            values.put(setting.split("=", 2)[0], setting.split("=", 2)[1]);
        }
        return ListenAddress.of(
                new SmallRyeConfigBuilder().withDefaultValues(values).build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
    void loopbackNeedsNothing(String host) {
        assertThatCode(() -> with(host).require()).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void anOpenAddressIsRefusedWithTheWaysToProtectIt(String host) {
        assertThatThrownBy(() -> with(host).require())
                .isInstanceOf(PreventFurtherStepsException.class)
                .hasMessageContaining(host)
                .hasMessageContaining("quarkus.http.insecure-requests=disabled")
                .hasMessageContaining("countersign.trusted-proxy");
    }

    @ParameterizedTest
    @CsvSource({"quarkus.http.ssl.certificate.files=a.pem", "quarkus.http.tls-configuration-name=api"})
    void tlsAloneIsNotEnoughWhileThePlainPortStaysOpen(String tls) {
        assertThatThrownBy(() -> with("0.0.0.0", tls).require()).hasMessageContaining("plain port");
        assertThatCode(() -> with("0.0.0.0", tls, "quarkus.http.insecure-requests=disabled")
                        .require())
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quarkus.http.insecure-requests=disabled",
                "countersign.trusted-proxy=",
                "countersign.trusted-proxy=false"
            })
    void halfASettingIsNoProtection(String setting) {
        assertThatThrownBy(() -> with("0.0.0.0", setting).require()).isInstanceOf(PreventFurtherStepsException.class);
    }

    @Test
    void aDeclaredProxyIsEnough() {
        assertThatCode(() -> with("0.0.0.0", "countersign.trusted-proxy=true").require())
                .doesNotThrowAnyException();
    }
}
