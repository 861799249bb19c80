/** in-toto Statements about a signing act, in DSSE envelopes. */
package io.countersign.provenance;
