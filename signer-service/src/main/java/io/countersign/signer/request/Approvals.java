package io.countersign.signer.request;

import java.util.List;
import java.util.UUID;

/**
 * Where approvals are kept, for good. Safe for several threads.
 *
 * <p>Every method throws {@link StoreUnavailable} if the store cannot answer.
 */
public interface Approvals {
    /** Keeps an approval. Who asks {@link #of} before has one of each approver, but for two that came at the same moment. */
    void add(Approval approval);

    /** All of a request, in the order in which they were given. */
    List<Approval> of(UUID request);
}
