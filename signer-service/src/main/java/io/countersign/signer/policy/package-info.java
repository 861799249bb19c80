/** Rules that become a decision; the only maker of an Approved. */
package io.countersign.signer.policy;
