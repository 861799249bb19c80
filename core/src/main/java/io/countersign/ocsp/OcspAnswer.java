package io.countersign.ocsp;

import io.countersign.key.Bytes;
import io.countersign.key.KeyUnavailable;
import java.time.Instant;
import java.util.Optional;

/**
 * What a responder answered.
 *
 * @param encoded OCSPResponse in DER
 * @param status OCSPResponseStatus (RFC 6960 section 4.2.1); 0 where the answer tells of certificates
 * @param until its nextUpdate; empty where it may not be kept: an error, or an answer to one nonce
 * @param failure why the key did not sign, for the log
 */
public record OcspAnswer(Bytes encoded, int status, Optional<Instant> until, Optional<KeyUnavailable> failure) {}
