package io.countersign.tsa.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.TimestampServing.LabAnswer;
import io.countersign.key.CountersignOid;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.lab.PastPki;
import io.countersign.timestamp.Refusal;
import io.countersign.timestamp.TestTsa;
import io.countersign.timestamp.TimeSource;
import io.countersign.timestamp.TimestampRequest;
import io.countersign.timestamp.TimestampResponse;
import io.countersign.timestamp.TimestampResponse.Granted;
import io.countersign.timestamp.TimestampResponse.Refused;
import io.countersign.timestamp.TimestampToken;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SwitchboardTest {
    private static final Digest IMPRINT = DigestAlgorithm.SHA256.digest(new byte[] {7});
    private static final byte[] QUERY =
            new TimestampRequest(IMPRINT, Optional.empty(), true, Optional.empty()).encode();

    private final Switchboard all = switchboard(EnumSet.allOf(LabAnswer.class));

    @Test
    void nothingIsThereUntilItIsSwitchedOn() {
        Switchboard one = switchboard(Set.of(LabAnswer.FAILING));

        assertThat(one.answer("failing", QUERY)).isPresent();
        assertThat(one.answer("broken", QUERY)).isEmpty();
        assertThat(one.answer("../failing", QUERY)).isEmpty();
    }

    @Test
    void aFailureIsToldInHttpOrInTheProtocolAndMarked() throws Exception {
        assertThat(all.answer("broken", QUERY).orElseThrow().status()).isEqualTo(500);
        assertThat(response("failing")).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.refusals()).containsExactly(Refusal.SYSTEM_FAILURE);
            assertThat(refused.text()).startsWith("LAB");
        });
    }

    @Test
    void aWrongImprintIsSignedByAKeyThatIsThrownAway() throws Exception {
        TimestampToken token = ((Granted) response("wrong-imprint")).token();

        token.requireOwnSignature();
        assertThat(token.imprint().orElseThrow()).isNotEqualTo(IMPRINT);
        assertThat(token.policy()).isEqualTo(CountersignOid.LAB_PAST_TIMESTAMP_POLICY.getId());
        assertThat(token.signerCertificate()
                        .orElseThrow()
                        .getSubjectX500Principal()
                        .getName())
                .contains(PastPki.MARK.strip());
        assertThat(token.genTime()).as("no time but the clock's").isEqualTo(now());
    }

    @Test
    void anUntrustedTokenIsSoundButForItsRoot() throws Exception {
        TimestampToken token = ((Granted) response("untrusted")).token();

        token.requireOwnSignature();
        assertThat(token.imprint()).contains(IMPRINT);
    }

    @Test
    void anExpiredOneStandsBelowAnAuthorityThatHasEnded() throws Exception {
        TimestampToken token = ((Granted) response("expired")).token();

        assertThat(token.genTime()).isEqualTo(now());
        assertThat(token.certificates())
                .filteredOn(c -> c.getNotAfter().toInstant().isBefore(now()))
                .singleElement()
                .extracting(X509Certificate::getBasicConstraints)
                .as("a CA's")
                .isNotEqualTo(-1);
    }

    @Test
    void hostileQueriesAreRefusedInTheProtocol() throws Exception {
        for (String kind : new String[] {"wrong-imprint", "untrusted", "expired"}) {
            byte[] body = all.answer(kind, new byte[] {1}).orElseThrow().body().toByteArray();
            assertThat(TimestampResponse.parse(body)).isInstanceOf(Refused.class);
        }
    }

    private TimestampResponse response(String kind) throws Exception {
        return TimestampResponse.parse(
                all.answer(kind, QUERY).orElseThrow().body().toByteArray());
    }

    private static Instant now() {
        return TestTsa.clock().instant();
    }

    private static Switchboard switchboard(Set<LabAnswer> on) {
        return new Switchboard(on, TestTsa.authority()::answer, TimeSource.of(TestTsa.clock()));
    }
}
