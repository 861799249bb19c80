/** Who asks: a bearer token becomes a caller, or nobody. */
package io.countersign.signer.identity;
