package io.countersign.windows;

import io.countersign.verify.Confidence;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A rule of the kernel's loader, and what is seen when it decides.
 *
 * @param status how Windows reports it; empty if no document says, or the image loads
 * @param events of Code Integrity, in the order of windows-itpro-docs: event-id-explanations.md
 * @param deviceProblem the code Device Manager shows for a device that needs the driver
 * @param remedy what to do; empty if nothing is wrong
 */
public record LoadRule(
        Rule rule, Optional<LoadStatus> status, List<Integer> events, OptionalInt deviceProblem, String remedy) {
    public LoadRule {
        events = List.copyOf(events);
    }

    static LoadRule of(String id, String title, String citation, Confidence confidence, String caveat) {
        return new LoadRule(
                new Rule(id, title, citation, confidence, caveat),
                Optional.empty(),
                List.of(),
                OptionalInt.empty(),
                "");
    }

    static LoadRule of(String id, String title, String citation, Confidence confidence) {
        return of(id, title, citation, confidence, "");
    }

    LoadRule status(LoadStatus value) {
        return new LoadRule(rule, Optional.of(value), events, deviceProblem, remedy);
    }

    LoadRule events(Integer... ids) {
        return new LoadRule(rule, status, List.of(ids), deviceProblem, remedy);
    }

    LoadRule deviceProblem(int code) {
        return new LoadRule(rule, status, events, OptionalInt.of(code), remedy);
    }

    LoadRule remedy(String text) {
        return new LoadRule(rule, status, events, deviceProblem, text);
    }

    public String id() {
        return rule.id();
    }
}
