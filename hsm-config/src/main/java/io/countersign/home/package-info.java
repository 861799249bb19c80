/** The layout of COUNTERSIGN_HOME and its countersign.yaml, as values. */
package io.countersign.home;
