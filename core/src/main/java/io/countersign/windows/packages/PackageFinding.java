package io.countersign.windows.packages;

import io.countersign.windows.checker.CheckerFinding.Outcome;

/**
 * What one rule said of a file of a package.
 *
 * @param subject the file's path in the package; empty if it is about the whole
 * @param message a sentence without its stop
 * @param seen what Windows reports; empty if nothing, or no document says
 * @param remedy what to do; empty unless something is wrong
 */
public record PackageFinding(
        PackageRule rule, String subject, Outcome outcome, String message, String seen, String remedy) {}
