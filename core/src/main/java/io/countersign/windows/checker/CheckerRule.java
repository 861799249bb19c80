package io.countersign.windows.checker;

import io.countersign.verify.Confidence;
import io.countersign.windows.Rule;
import java.util.Optional;

/**
 * A rule of a checker, and what is seen when a file breaks it.
 *
 * @param status what WinVerifyTrust returns then; empty if the checker says it in words of its own, or nobody tells
 * @param remedy what to do then; empty if there is nothing to mend
 */
public record CheckerRule(Rule rule, Optional<TrustStatus> status, String remedy) {
    CheckerRule(String id, String title, String citation, Confidence confidence) {
        this(new Rule(id, title, citation, confidence, ""), Optional.empty(), "");
    }

    CheckerRule status(TrustStatus value) {
        return new CheckerRule(rule, Optional.of(value), remedy);
    }

    CheckerRule remedy(String text) {
        return new CheckerRule(rule, status, text);
    }

    CheckerRule caveat(String text) {
        return new CheckerRule(
                new Rule(rule.id(), rule.title(), rule.citation(), rule.confidence(), text), status, remedy);
    }

    public String id() {
        return rule.id();
    }
}
