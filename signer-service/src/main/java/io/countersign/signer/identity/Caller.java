package io.countersign.signer.identity;

/** Somebody who proved to be an identity of {@code countersign.yaml}. */
public record Caller(String name) {}
