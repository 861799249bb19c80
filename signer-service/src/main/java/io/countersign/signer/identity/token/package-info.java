/** Tokens this service gives out: kept as digests, bound to a scope, expiring, revocable. */
package io.countersign.signer.identity.token;
