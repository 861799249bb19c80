/** Ordered checks over the evidence in a signed file, each with its citation, and the verdict they add up to. */
package io.countersign.verify;
