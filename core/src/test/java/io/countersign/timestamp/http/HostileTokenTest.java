package io.countersign.timestamp.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.lab.CertificatePlan;
import io.countersign.lab.ThrowAwayKey;
import io.countersign.timestamp.FailedAttempt;
import io.countersign.timestamp.FirstAvailable;
import io.countersign.timestamp.KnownAuthority;
import io.countersign.timestamp.Patience;
import io.countersign.timestamp.TimestampRequest;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.timestamp.Timestamped;
import io.countersign.x509.PathBuilder;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Authorities over HTTP whose tokens are over the right digest with the right nonce, and wrong in some other way. */
class HostileTokenTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Instant BEFORE = NOW.minus(Duration.ofDays(400));
    private static final Instant AFTER = NOW.plus(Duration.ofDays(400));
    private static final Digest IMPRINT = DigestAlgorithm.SHA256.digest(new byte[] {1, 2, 3});
    private static final String TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

    private static final ThrowAwayKey ROOT =
            ThrowAwayKey.selfSigned(CertificatePlan.authority("Test Root", BEFORE, AFTER), "EC");
    private static final ThrowAwayKey CA = ROOT.issue(CertificatePlan.authority("Test CA", BEFORE, AFTER), "EC");
    private static final CertificatePlan TSA =
            new CertificatePlan("Test TSA", List.of(TIME_STAMPING), true, BEFORE, AFTER);
    private static final ThrowAwayKey SOUND = CA.issue(TSA, "EC");

    private final List<HttpServer> servers = new ArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(s -> s.stop(0));
    }

    @Test
    void aSoundTokenIsTakenWithRootsAndWithout() throws Exception {
        HostileToken sound = HostileToken.by(SOUND, NOW);

        assertThat(trusting(ROOT, sound).timestamp(IMPRINT).token().genTime()).isEqualTo(NOW);
        assertThat(source(sound, Optional.empty()).timestamp(IMPRINT).token().accuracy())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-PT24H", "PT24H", "-PT6M", "PT6M"})
    void aTimeFarFromOurClockIsRefused(Duration off) throws Exception {
        refused(HostileToken.by(SOUND, NOW.plus(off)), NOW.plus(off).toString(), "more than 5 minutes", "clock");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-PT4M", "PT4M"})
    void clocksMayBeAFewMinutesApart(Duration off) throws Exception {
        assertThat(trusting(ROOT, HostileToken.by(SOUND, NOW.plus(off)))
                        .timestamp(IMPRINT)
                        .source())
                .startsWith("http://127.0.0.1:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3600", "61", "-1", "99999999999999999999"})
    void anAccuracyThatIsNoneIsRefused(String seconds) throws Exception {
        refused(
                new HostileToken(SOUND, SOUND.certificate(), NOW, Optional.of(new BigInteger(seconds))),
                "may be off by");
    }

    @Test
    void anAccuracyOfAMinuteIsAccepted() throws Exception {
        HostileToken token = new HostileToken(SOUND, SOUND.certificate(), NOW, Optional.of(BigInteger.valueOf(60)));

        assertThat(trusting(ROOT, token).timestamp(IMPRINT).token().accuracy()).contains(Duration.ofMinutes(1));
    }

    @Test
    void aCertificateForAnotherPurposeIsRefused() throws Exception {
        refused(HostileToken.by(tsa(List.of(CODE_SIGNING), true), NOW), "ExtendedKeyUsage");
    }

    @Test
    void aCertificateWithASecondPurposeIsRefused() throws Exception {
        refused(HostileToken.by(tsa(List.of(TIME_STAMPING, CODE_SIGNING), true), NOW), "ExtendedKeyUsage");
    }

    @Test
    void aCertificateWhosePurposeIsNotCriticalIsRefused() throws Exception {
        refused(HostileToken.by(tsa(List.of(TIME_STAMPING), false), NOW), "critical");
    }

    @Test
    void aCertificateThatTheTokenDoesNotBindIsRefused() throws Exception {
        ThrowAwayKey substituted = CA.certify(TSA, SOUND);

        refused(
                new HostileToken(substituted, SOUND.certificate(), NOW, Optional.empty()),
                "its own certificate does not verify",
                "hash");
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        CertificatePlan expired =
                new CertificatePlan("Test TSA", List.of(TIME_STAMPING), true, BEFORE, NOW.minusSeconds(1));

        refused(HostileToken.by(CA.issue(expired, "EC"), NOW), "its own certificate does not verify");
    }

    @Test
    void anExpiredChainIsRefused() throws Exception {
        ThrowAwayKey expired = ROOT.issue(CertificatePlan.authority("Test Old CA", BEFORE, NOW.minusSeconds(1)), "EC");

        refused(HostileToken.by(expired.issue(TSA, "EC"), NOW), "not trusted for timestamps", "Test Old CA");
    }

    @Test
    void anUnknownRootIsRefusedWhereRootsAreGiven() throws Exception {
        ThrowAwayKey stranger = ThrowAwayKey.selfSigned(CertificatePlan.authority("Strange Root", BEFORE, AFTER), "EC");
        HostileToken token = HostileToken.by(stranger.issue(TSA, "EC"), NOW);

        refused(token, "not trusted for timestamps");
        assertThat(source(token, Optional.empty()).timestamp(IMPRINT).token().genTime())
                .isEqualTo(NOW);
    }

    @Test
    void theNextAuthorityIsAskedWhenATokenIsRefusedAndTheRecordSaysWhy() throws Exception {
        TimestampSource wrong = trusting(ROOT, HostileToken.by(tsa(List.of(CODE_SIGNING), true), NOW));
        TimestampSource sound = trusting(ROOT, HostileToken.by(SOUND, NOW));

        Timestamped timestamped = new FirstAvailable(
                        List.of(
                                new KnownAuthority("wrong", wrong, OptionalInt.empty()),
                                new KnownAuthority("sound", sound, OptionalInt.empty())),
                        Patience.USUAL,
                        InstantSource.fixed(NOW))
                .timestamp(IMPRINT);

        assertThat(timestamped.source()).isEqualTo("sound");
        assertThat(timestamped.failures())
                .singleElement()
                .satisfies(f -> assertThat(f.source()).isEqualTo("wrong"))
                .extracting(FailedAttempt::reason)
                .asString()
                .contains("its own certificate does not verify");
    }

    private static ThrowAwayKey tsa(List<String> usages, boolean critical) {
        return CA.issue(new CertificatePlan("Test TSA", usages, critical, BEFORE, AFTER), "EC");
    }

    private void refused(HostileToken token, String... reasons) throws IOException {
        TimestampSource source = trusting(ROOT, token);

        assertThatThrownBy(() -> source.timestamp(IMPRINT))
                .isInstanceOf(TimestampUnavailable.class)
                .hasMessageContaining("sent a token ")
                .hasMessageContainingAll(reasons)
                .satisfies(e -> assertThat(((TimestampUnavailable) e).mayPass()).isFalse());
    }

    private HttpTimestampSource trusting(ThrowAwayKey root, HostileToken token) throws IOException {
        return source(token, Optional.of(new PathBuilder(List.of(root.certificate()))));
    }

    private HttpTimestampSource source(HostileToken token, Optional<PathBuilder> roots) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> answer(exchange, token));
        server.start();
        servers.add(server);
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        return new HttpTimestampSource(url, Duration.ofSeconds(20), InstantSource.fixed(NOW), roots);
    }

    private static void answer(HttpExchange exchange, HostileToken token) throws IOException {
        try (exchange) {
            byte[] response = token.answer(
                    TimestampRequest.parse(exchange.getRequestBody().readAllBytes()));
            exchange.getResponseHeaders().set("Content-Type", "application/timestamp-reply");
            exchange.sendResponseHeaders(200, response.length);
            exchange.getResponseBody().write(response);
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
