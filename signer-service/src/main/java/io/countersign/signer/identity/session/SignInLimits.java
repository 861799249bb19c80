package io.countersign.signer.identity.session;

import io.countersign.signer.identity.AddressLimits;
import io.countersign.signer.identity.RateLimits;

/**
 * How often people may try. Wrong tokens and issuers' answers are counted apart, and for each address: so nobody uses up what is
 * another's.
 *
 * @param wrongTokens how many of them an address may show
 * @param answers how many answers of issuers an address may bring
 * @param identities how often each identity may call, once it is known
 */
public record SignInLimits(AddressLimits wrongTokens, AddressLimits answers, RateLimits identities) {}
