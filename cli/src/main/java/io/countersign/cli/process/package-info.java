/** The two services as child processes of this one, and the note saying where they listen. */
package io.countersign.cli.process;
