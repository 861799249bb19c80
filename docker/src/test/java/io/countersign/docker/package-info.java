/** Proves the container images by running them. */
package io.countersign.docker;
