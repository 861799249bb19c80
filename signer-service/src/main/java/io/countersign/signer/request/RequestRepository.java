package io.countersign.signer.request;

import java.util.Optional;
import java.util.UUID;

/**
 * Where requests are kept. Safe for several threads. Trusted: who can write here can make the API hand out any stored file as
 * the result of a request; a client checks the digest in the provenance record.
 *
 * <p>Every method throws {@link StoreUnavailable} if the store cannot answer; nothing was changed then, or it cannot be known.
 */
public interface RequestRepository {
    /** Keeps a new request. When this returns, neither a crash nor a power cut loses it, and a worker may already have it. */
    void add(SigningRequest.Queued request);

    /** The request as it stands now. */
    Optional<SigningRequest> find(UUID id);
}
