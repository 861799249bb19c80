/** The timestamp authority of core over HTTP (RFC 3161 section 3.4), with a key of the home. */
package io.countersign.tsa;
