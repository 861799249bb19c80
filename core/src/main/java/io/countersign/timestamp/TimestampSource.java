package io.countersign.timestamp;

import io.countersign.key.Digest;

/** Something that gives a verified RFC 3161 token for a digest: a TSA over HTTP, or our own authority in this process. Safe for several threads. */
public interface TimestampSource {
    /**
     * A token over the imprint, with the TSA's certificates inside (certReq), its nonce and imprint already compared.
     *
     * @throws TimestampUnavailable if no acceptable token was given; another try may help
     */
    Timestamped timestamp(Digest imprint) throws TimestampUnavailable;
}
