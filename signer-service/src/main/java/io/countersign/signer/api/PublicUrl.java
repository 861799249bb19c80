package io.countersign.signer.api;

import java.net.URI;
import java.util.Optional;

/** Where clients reach this service, if not where their request arrived: the base of every link it gives out. */
public record PublicUrl(Optional<URI> base) {}
