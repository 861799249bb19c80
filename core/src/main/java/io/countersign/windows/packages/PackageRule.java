package io.countersign.windows.packages;

import io.countersign.verify.Confidence;
import io.countersign.windows.Rule;
import io.countersign.windows.checker.CheckerFinding.Outcome;

/**
 * A rule of Windows' installer for driver packages, and what is seen when a package breaks it.
 *
 * @param seen what SetupAPI reports; empty if nothing, or no document says
 * @param remedy what to do then; empty if there is nothing to mend
 */
public record PackageRule(Rule rule, String seen, String remedy) {
    static PackageRule of(String id, String title, String citation, Confidence confidence) {
        return new PackageRule(new Rule(id, title, citation, confidence, ""), "", "");
    }

    PackageRule seen(String text) {
        return new PackageRule(rule, text, remedy);
    }

    PackageRule remedy(String text) {
        return new PackageRule(rule, seen, text);
    }

    PackageRule caveat(String text) {
        return new PackageRule(
                new Rule(rule.id(), rule.title(), rule.citation(), rule.confidence(), text), seen, remedy);
    }

    public String id() {
        return rule.id();
    }

    PackageFinding holds(String subject, String message) {
        return new PackageFinding(this, subject, Outcome.HOLDS, message, "", "");
    }

    PackageFinding breaks(String subject, String message) {
        return new PackageFinding(this, subject, Outcome.BREAKS, message, seen, remedy);
    }

    PackageFinding warns(String subject, String message) {
        return new PackageFinding(this, subject, Outcome.WARNS, message, seen, remedy);
    }

    PackageFinding unknown(String subject, String message) {
        return new PackageFinding(this, subject, Outcome.UNKNOWN, message, "", remedy);
    }

    PackageFinding note(String subject, String message) {
        return new PackageFinding(this, subject, Outcome.NOTE, message, "", "");
    }
}
