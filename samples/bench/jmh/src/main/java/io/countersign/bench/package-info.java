/** How fast core digests, measured with JMH. */
package io.countersign.bench;
