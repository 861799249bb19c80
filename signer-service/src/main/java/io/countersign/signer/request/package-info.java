/** A signing request as sealed states, and the contracts of where it is kept and queued. */
package io.countersign.signer.request;
