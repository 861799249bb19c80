package io.countersign.signer.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Where deliveries are kept. Safe for several threads.
 *
 * <p>Every method throws {@link io.countersign.signer.request.StoreUnavailable} if the store cannot answer.
 */
public interface Deliveries {
    /** Keeps a new one; nothing happens if its request was told to its address before. */
    void add(Delivery delivery);

    Optional<Delivery> find(UUID id);

    /**
     * Those to be sent now, the longest due first.
     *
     * @param most of each receiver
     */
    List<Delivery> due(Instant now, int most);

    void update(Delivery delivery);

    /** The log, newest first. */
    List<Delivery> latest(int most);

    /** A time before which everything that ended is written down. */
    Instant position();

    void moveTo(Instant position);

    /** The ids of requests and drafts that ended since. */
    List<UUID> endedSince(Instant reach, int most);

    /** Forgets those that were made before a time and wait for nothing. */
    void forget(Instant before);
}
