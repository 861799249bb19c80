/** Tells others that a request has ended, signed, again and again until they have heard it. */
package io.countersign.signer.webhook;
