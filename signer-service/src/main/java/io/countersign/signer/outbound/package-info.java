/** Asks other servers, for so long and for so much. */
package io.countersign.signer.outbound;
