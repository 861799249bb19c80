package io.countersign.policy;

/** A rule that was not met: what was found and what was wanted, and what to do. */
public record Violation(RuleId rule, String reason, String remedy) {}
