/** From an accepted upload to a released file: read SigningPipeline.sign first. */
package io.countersign.signer.pipeline;
