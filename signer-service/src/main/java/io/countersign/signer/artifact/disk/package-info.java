/** Artifacts in a folder. */
package io.countersign.signer.artifact.disk;
