package io.countersign.tsa.archive;

import io.countersign.key.Bytes;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What to look for; what is empty does not matter.
 *
 * @param imprint the digest alone, of whatever algorithm
 * @param from the first genTime
 * @param until genTimes before this one
 * @param limit how many at most
 */
public record Search(
        Optional<BigInteger> serialNumber,
        Optional<Bytes> imprint,
        Optional<Instant> from,
        Optional<Instant> until,
        Optional<String> policy,
        int limit) {
    /** What fits into an answer. */
    public static final int MOST = 100;

    private static final Instant EARLIEST = Instant.ofEpochMilli(Long.MIN_VALUE);
    private static final Instant LATEST = Instant.ofEpochMilli(Long.MAX_VALUE);

    public Search {
        Stream.of(from, until).flatMap(Optional::stream).forEach(Search::requireMillis);
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("a limit of " + limit + "; wanted 1 to " + MOST);
        }
    }

    private static void requireMillis(Instant time) {
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw new IllegalArgumentException("a time of " + time + "; wanted one that counts in milliseconds");
        }
    }

    public static Search forSerialNumber(BigInteger serialNumber) {
        return new Search(
                Optional.of(serialNumber), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), 1);
    }

    public static Search forImprint(Bytes imprint) {
        return new Search(
                Optional.empty(), Optional.of(imprint), Optional.empty(), Optional.empty(), Optional.empty(), MOST);
    }

    /** A WHERE clause and the parameters in it, none of which is text of the statement. */
    record Condition(String sql, List<Object> parameters) {}

    Condition condition() {
        List<String> terms = new ArrayList<>();
        List<Object> parameters = new ArrayList<>();
        serialNumber.ifPresent(value -> {
            terms.add("serial = ?");
            parameters.add(value.toByteArray());
        });
        imprint.ifPresent(value -> {
            terms.add("imprint = ?");
            parameters.add(value.toByteArray());
        });
        from.ifPresent(value -> {
            terms.add("gen_time >= ?");
            parameters.add(value.toEpochMilli());
        });
        until.ifPresent(value -> {
            terms.add("gen_time < ?");
            parameters.add(value.toEpochMilli());
        });
        policy.ifPresent(value -> {
            terms.add("policy = ?");
            parameters.add(value);
        });
        return new Condition(terms.isEmpty() ? "" : " WHERE " + String.join(" AND ", terms), parameters);
    }
}
