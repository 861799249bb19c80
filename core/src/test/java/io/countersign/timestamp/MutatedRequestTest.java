package io.countersign.timestamp;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.key.DigestAlgorithm;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Thousands of damaged requests, the same ones each run. */
class MutatedRequestTest {
    private static final long SEED = 3161;
    private static final int ROUNDS = 3000;

    private final TimestampAuthority authority = TestTsa.authority();
    private final Random random = new Random(SEED);

    @Test
    void everyDamagedRequestGetsAReadableResponseThatFitsIt() throws MalformedTimestamp {
        List<byte[]> sound = List.of(
                request(DigestAlgorithm.SHA256, Optional.empty(), false, Optional.empty()),
                request(DigestAlgorithm.SHA384, Optional.of(BigInteger.TEN.pow(18)), true, Optional.empty()),
                request(
                        DigestAlgorithm.SHA512,
                        Optional.of(BigInteger.ONE),
                        true,
                        Optional.of(TimestampPolicy.LAB.oid())));
        Map<Refusal, Integer> refusals = new EnumMap<>(Refusal.class);
        int granted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = damage(sound.get(round % sound.size()));
            TimestampResponse response = TimestampResponse.parse(authority.respond(damaged));
            if (response instanceof TimestampResponse.Granted token) {
                requireFits(damaged, token.token());
                granted++;
            } else if (response instanceof TimestampResponse.Refused refused) {
                assertThat(refused.refusals())
                        .as(HexFormat.of().formatHex(damaged))
                        .hasSize(1);
                refusals.merge(refused.refusals().iterator().next(), 1, Integer::sum);
            }
        }
        // Damage to a digest or nonce alone leaves a request; no damage may ever look like a failure of ours.
        assertThat(granted).isPositive();
        assertThat(refusals)
                .containsKeys(Refusal.BAD_DATA_FORMAT, Refusal.BAD_ALG, Refusal.BAD_REQUEST)
                .doesNotContainKey(Refusal.SYSTEM_FAILURE);
    }

    private static byte[] request(
            DigestAlgorithm algorithm, Optional<BigInteger> nonce, boolean certReq, Optional<String> policy) {
        return new TimestampRequest(algorithm.digest(new byte[] {1}), nonce, certReq, policy).encode();
    }

    private static void requireFits(byte[] request, TimestampToken token) {
        try {
            TimestampRequest read = TimestampRequest.parse(request);
            assertThat(token.imprint()).contains(read.imprint());
            assertThat(token.nonce()).isEqualTo(read.nonce());
        } catch (RefusedRequest e) {
            throw new AssertionError("granted, though it cannot be read", e);
        }
    }

    private byte[] damage(byte[] sound) {
        byte[] bytes = sound.clone();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(5)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> bytes = Arrays.copyOf(bytes, at);
            case 3 -> {
                byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(40));
                System.arraycopy(bytes, at, longer, longer.length - (bytes.length - at), bytes.length - at);
                bytes = longer;
            }
            default -> {
                bytes[at] = (byte) random.nextInt(256);
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                bytes[random.nextInt(8)] = (byte) random.nextInt(256);
            }
        }
        return bytes;
    }
}
