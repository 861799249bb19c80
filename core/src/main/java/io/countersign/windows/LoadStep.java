package io.countersign.windows;

import java.util.Optional;

/**
 * One rule that was looked at, and what it said.
 *
 * @param place the signature it was held against; empty for rules about the file
 */
public record LoadStep(LoadRule rule, Optional<Place> place, Ruling ruling) {}
