package io.countersign.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.countersign.home.ConfigurationException.Problem;
import io.countersign.home.TimestampServing.Archive;
import io.countersign.home.TimestampServing.LabAnswer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimestampServingTest {
    @TempDir
    private Path folder;

    @Test
    void anAuthorityThatSaysNothingIsServedAsTheLabIs() throws IOException, ConfigurationException {
        assertThat(served("{ name: lab, url: 'http://127.0.0.1/', key: tsa }")).isEqualTo(TimestampServing.DEFAULT);
        assertThat(served("{ name: lab, url: 'http://127.0.0.1/', key: tsa, serve: {} }"))
                .isEqualTo(TimestampServing.DEFAULT);
    }

    @Test
    void everyEntryIsRead() throws IOException, ConfigurationException {
        TimestampServing read = serve("""
                policy: 1.3.6.1.4.1.32473.1, acceptedPolicies: [1.3.6.1.4.1.32473.2], accuracyMillis: 250,
                ordering: true, nameInTokens: true,
                clock: { servers: [a.example, "b.example:1123", "[::1]:123"], thresholdMillis: 100, periodSeconds: 30 },
                archive: { retentionDays: 3650, listing: true }, lab: [slow, wrong-imprint]""");

        assertThat(read.policy()).isEqualTo("1.3.6.1.4.1.32473.1");
        assertThat(read.acceptedPolicies()).containsExactly("1.3.6.1.4.1.32473.2");
        assertThat(read.accuracy()).isEqualTo(Duration.ofMillis(250));
        assertThat(read.ordering()).isTrue();
        assertThat(read.nameInTokens()).isTrue();
        assertThat(read.clock().servers())
                .extracting(InetSocketAddress::getHostString, InetSocketAddress::getPort)
                .containsExactly(tuple("a.example", 123), tuple("b.example", 1123), tuple("[::1]", 123));
        assertThat(read.clock().quorum()).as("the majority").isEqualTo(2);
        assertThat(read.clock().threshold()).isEqualTo(Duration.ofMillis(100));
        assertThat(read.clock().period()).isEqualTo(Duration.ofSeconds(30));
        assertThat(read.archive()).isEqualTo(new Archive(3650, true));
        assertThat(read.lab()).containsExactlyInAnyOrder(LabAnswer.SLOW, LabAnswer.WRONG_IMPRINT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "policy: abc | an object identifier",
                "acceptedPolicies: ['9.9'] | an object identifier",
                "accuracyMillis: 0 | a whole number from 1 to 3600000",
                "accuracyMillis: 999 | make clock.thresholdMillis half of accuracyMillis",
                "clock: { quorum: 1 } | a quorum of no servers",
                "clock: { servers: [a.example], quorum: 2 } | a whole number from 1 to 1",
                "clock: { servers: ['http://a/'] } | a host name or address",
                "clock: { servers: [], periodSeconds: 1 } | a whole number from 16 to 28800",
                "archive: { retentionDays: -1 } | a whole number from 0",
                "lab: [wrong] | one of slow, broken, failing, wrong-imprint, untrusted, expired",
                "clocks: {} | 'clocks' is not known in serve"
            })
    void whatCannotBeMeantIsRefusedWithItsLineAndARemedy(String entry, String words) {
        ConfigurationException refusal = catchThrowableOfType(ConfigurationException.class, () -> serve(entry));

        Problem problem = refusal.problems().get(0);
        assertThat(problem.line()).isEqualTo(6);
        assertThat(problem.toString()).contains(words);
    }

    @Test
    void somebodyElsesAuthorityIsNotServedHere() {
        ConfigurationException refusal = catchThrowableOfType(
                ConfigurationException.class, () -> served("{ name: lab, url: 'https://tsa.example/', serve: {} }"));

        assertThat(refusal).hasMessageContaining("without a key here");
    }

    private TimestampServing serve(String entries) throws IOException, ConfigurationException {
        return served("{ name: lab, url: 'http://127.0.0.1/', key: tsa, serve: { " + entries + " } }");
    }

    private TimestampServing served(String authority) throws IOException, ConfigurationException {
        Home home = new Home(folder);
        Files.writeString(home.configuration(), """
                organization: { slug: lab, id: 123e4567-e89b-12d3-a456-426614174000, name: LAB }
                pki: { baseUrl: "http://127.0.0.1:8318" }
                tokens: [{ name: t, module: /usr/lib/hsm.so, label: t, pinFile: t.pin }]
                keys: [{ name: tsa, token: t, label: tsa, chain: [tsa.pem] }]
                timestampAuthorities:
                  - %s
                identities: []
                projects: []
                """.formatted(authority.replace("\n", "\n    ")));
        return ConfigurationFile.read(home).timestampAuthorities().get(0).serving();
    }
}
