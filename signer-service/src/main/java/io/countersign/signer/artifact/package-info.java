/** Submitted and signed files, kept by their digest. */
package io.countersign.signer.artifact;
