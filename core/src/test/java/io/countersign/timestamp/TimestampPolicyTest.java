package io.countersign.timestamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.tsp.TSTInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampPolicyTest {
    private static final String OWN = "1.3.6.1.4.1.32473.1";
    private static final String OTHER = "1.3.6.1.4.1.32473.2";
    private static final Digest SHA256 = DigestAlgorithm.SHA256.digest(new byte[] {1});
    private static final Digest SHA1 = DigestAlgorithm.SHA1.digest(new byte[] {1});

    @Test
    void aTokenHoldsThePolicyThatWasAskedForOrElseTheDefault() throws MalformedTimestamp {
        TimestampAuthority authority = authority(policy(Set.of(OTHER), Duration.ofSeconds(1)));

        assertThat(info(authority, SHA256, Optional.of(OTHER)).getPolicy().getId())
                .isEqualTo(OTHER);
        assertThat(info(authority, SHA256, Optional.of(OWN)).getPolicy().getId())
                .isEqualTo(OWN);
        assertThat(info(authority, SHA256, Optional.empty()).getPolicy().getId())
                .isEqualTo(OWN);
    }

    @Test
    void sha1IsStampedOnlyWhereTheLabsPolicyForItIsListedAndAskedFor() throws MalformedTimestamp {
        TimestampAuthority listing = authority(policy(Set.of(TimestampPolicy.LAB_SHA1), Duration.ofSeconds(1)));
        Optional<String> asked = Optional.of(TimestampPolicy.LAB_SHA1);

        assertThat(info(listing, SHA1, asked).getPolicy().getId()).isEqualTo(TimestampPolicy.LAB_SHA1);
        assertThat(refusal(listing, SHA1, Optional.empty())).isEqualTo(Refusal.BAD_ALG);
        assertThat(refusal(listing, SHA1, Optional.of(OWN))).isEqualTo(Refusal.BAD_ALG);
        assertThat(refusal(TestTsa.authority(), SHA1, asked)).isEqualTo(Refusal.UNACCEPTED_POLICY);
    }

    @Test
    void aDigestThatThePolicyDoesNotListIsBadAlg() {
        TimestampAuthority authority = authority(policy(Set.of(), Duration.ofSeconds(1)));
        Digest sha512 = DigestAlgorithm.SHA512.digest(new byte[] {1});

        assertThat(refusal(authority, sha512, Optional.empty())).isEqualTo(Refusal.BAD_ALG);
    }

    @ParameterizedTest
    @CsvSource({"1000, 1, ", "2500, 2, 500", "250, , 250", "3600000, 3600, "})
    void theAccuracyIsInTheTokenInSecondsAndMilliseconds(long accuracy, Integer seconds, Integer millis)
            throws MalformedTimestamp {
        TSTInfo info = info(authority(policy(Set.of(), Duration.ofMillis(accuracy))), SHA256, Optional.empty());

        assertThat(Optional.ofNullable(info.getAccuracy().getSeconds()).map(s -> s.intValueExact()))
                .isEqualTo(Optional.ofNullable(seconds));
        assertThat(Optional.ofNullable(info.getAccuracy().getMillis()).map(m -> m.intValueExact()))
                .isEqualTo(Optional.ofNullable(millis));
        assertThat(info.getAccuracy().getMicros()).isNull();
    }

    @Test
    void orderingAndTheAuthoritysNameAreInTheTokenIfThePolicySaysSo() throws MalformedTimestamp {
        TimestampPolicy policy = new TimestampPolicy(
                OWN, Set.of(), Duration.ofSeconds(1), true, true, EnumSet.of(DigestAlgorithm.SHA256));

        TSTInfo info = info(authority(policy), SHA256, Optional.empty());

        assertThat(info.getOrdering().isTrue()).isTrue();
        assertThat(info.getTsa()).isEqualTo(new GeneralName(new X500Name("CN=TEST TSA")));
        assertThat(info(TestTsa.authority(), SHA256, Optional.empty()).getTsa()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT0.0005S", "PT1H0.001S"})
    void anAccuracyThatCannotBePromisedIsRefused(Duration accuracy) {
        assertThatThrownBy(() -> policy(Set.of(), accuracy))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("accuracy");
    }

    @Test
    void sha1IsNeverTheDefaultNorAmongThePlainDigests() {
        assertThatThrownBy(() -> TimestampPolicy.of(TimestampPolicy.LAB_SHA1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LAB");
        assertThatThrownBy(() -> new TimestampPolicy(
                        OWN, Set.of(), Duration.ofSeconds(1), false, false, EnumSet.of(DigestAlgorithm.SHA1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SHA-1 is broken");
    }

    private static TimestampPolicy policy(Set<String> also, Duration accuracy) {
        return new TimestampPolicy(OWN, also, accuracy, false, false, EnumSet.of(DigestAlgorithm.SHA256));
    }

    private static TimestampAuthority authority(TimestampPolicy policy) {
        return new TimestampAuthority("test", TestTsa.key(), TimeSource.of(TestTsa.clock()), policy);
    }

    private static TSTInfo info(TimestampAuthority authority, Digest imprint, Optional<String> policy)
            throws MalformedTimestamp {
        TimestampAnswer.Issued issued = (TimestampAnswer.Issued) answer(authority, imprint, policy);
        return TimestampToken.parse(issued.token().toByteArray())
                .asBouncyCastle()
                .getTimeStampInfo()
                .toASN1Structure();
    }

    private static Refusal refusal(TimestampAuthority authority, Digest imprint, Optional<String> policy) {
        return ((TimestampAnswer.Rejected) answer(authority, imprint, policy)).refusal();
    }

    private static TimestampAnswer answer(TimestampAuthority authority, Digest imprint, Optional<String> policy) {
        return authority.answer(new TimestampRequest(imprint, Optional.empty(), false, policy).encode());
    }
}
