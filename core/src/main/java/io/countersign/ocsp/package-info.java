/** A certificate authority's answers about its certificates (RFC 6960), as values: no socket, no clock, no register of its own. */
package io.countersign.ocsp;
