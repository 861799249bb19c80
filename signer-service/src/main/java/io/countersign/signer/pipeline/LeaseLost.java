package io.countersign.signer.pipeline;

import io.countersign.signer.request.SigningRequest.Processing;

/** Another worker holds the request now; what this one made is not released. */
final class LeaseLost extends Exception {
    private static final long serialVersionUID = 1;

    LeaseLost(Processing request) {
        super("attempt " + request.attempt() + " at request " + request.id()
                + " lost its lease; its result is dropped");
    }
}
