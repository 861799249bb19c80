package io.countersign.cli;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A point in time as people write it: {@code 2026-11-23}, meaning its first moment in UTC, or {@code 2026-11-23T10:00:00Z}. */
final class Moment implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String value) {
        try {
            return value.indexOf('T') < 0
                    ? LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : OffsetDateTime.parse(value).toInstant();
        } catch (DateTimeParseException e) {
            throw new TypeConversionException(
                    "'" + value
                            + "' is not a time; write a date such as 2026-11-23 (UTC) or a time with its zone such as 2026-11-23T10:00:00Z");
        }
    }
}
