/** The command line: one class a verb, and the only place that knows an exit code. */
package io.countersign.cli;
