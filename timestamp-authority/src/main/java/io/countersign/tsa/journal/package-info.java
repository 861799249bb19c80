/** A line for each answer of the authority: what, to whom, and whether. */
package io.countersign.tsa.journal;
