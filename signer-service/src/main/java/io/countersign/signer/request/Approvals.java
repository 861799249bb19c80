package io.countersign.signer.request;

import java.util.List;
import java.util.UUID;

/**
 * Where approvals are kept, for good. Safe for several threads.
 *
 * <p>Every method throws {@link StoreUnavailable} if the store cannot answer.
 */
public interface Approvals {
    /** Keeps an approval; false if the approver has given one for the request before, which stays as it is. */
    boolean add(Approval approval);

    /** All of a request, in the order in which they were given. */
    List<Approval> of(UUID request);
}
