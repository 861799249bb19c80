package io.countersign.timestamp;

import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;

/**
 * What a token is to say.
 *
 * @param request an accepted one
 * @param policy a dotted object identifier
 * @param genTime to the millisecond
 */
record TokenContent(ReceivedRequest request, String policy, BigInteger serialNumber, Instant genTime) {
    /** GeneralizedTime as RFC 3161 section 2.4.2 has it: UTC, and a fraction of a second without zeros at its end. */
    static final DateTimeFormatter GENERALIZED_TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuuMMddHHmmss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 3, true)
            .appendLiteral('Z')
            .toFormatter()
            .withZone(ZoneOffset.UTC);
}
