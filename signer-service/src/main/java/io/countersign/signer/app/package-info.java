/** Wiring, settings and start-up: the only place that knows Quarkus' life cycle. */
package io.countersign.signer.app;
