/**
 * What Windows would say of a file, and why: evidence is gathered first, then held against rules that are data, each with its
 * source and how well founded it is. It models what is documented; it is not Windows.
 */
package io.countersign.windows;
