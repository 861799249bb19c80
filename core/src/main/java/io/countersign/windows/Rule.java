package io.countersign.windows;

import io.countersign.verify.Confidence;

/**
 * A rule of Windows as its sources tell it.
 *
 * @param id stable, in capitals, such as {@code LOAD_CROSS_AFTER_CUTOFF}
 * @param title what it says, one sentence
 * @param citation document and clause; names such as "windows-driver-docs: install/x.md" are files of Microsoft's public
 *     documentation repositories
 * @param confidence how well founded it is
 * @param caveat what a reader of the answer must be told; empty if nothing
 */
public record Rule(String id, String title, String citation, Confidence confidence, String caveat) {}
