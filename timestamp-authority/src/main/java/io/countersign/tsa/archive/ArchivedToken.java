package io.countersign.tsa.archive;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import java.math.BigInteger;
import java.time.Instant;

/**
 * A token that was issued.
 *
 * @param serialNumber unique in an archive
 * @param genTime to the millisecond
 * @param policy a dotted object identifier
 * @param token TimeStampToken in DER
 */
public record ArchivedToken(BigInteger serialNumber, Digest imprint, Instant genTime, String policy, Bytes token) {}
