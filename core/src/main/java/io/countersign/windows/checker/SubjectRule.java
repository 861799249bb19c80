package io.countersign.windows.checker;

import io.countersign.windows.checker.CheckerFinding.Outcome;
import java.util.Optional;

/** A rule about one signature, and how it is held against it. */
record SubjectRule(CheckerRule rule, Test test) {
    /** Pure: whatever it needs is in the subject. */
    interface Test {
        Result of(Subject subject);
    }

    /** How it ended, in a sentence. */
    record Result(Outcome outcome, String message) {
        static Result holds(String message) {
            return new Result(Outcome.HOLDS, message);
        }

        static Result breaks(String message) {
            return new Result(Outcome.BREAKS, message);
        }

        static Result unknown(String message) {
            return new Result(Outcome.UNKNOWN, message);
        }

        static Result note(String message) {
            return new Result(Outcome.NOTE, message);
        }
    }

    CheckerFinding judge(Subject subject) {
        Result result = test.of(subject);
        return new CheckerFinding(rule, Optional.of(subject.signature().place()), result.outcome(), result.message());
    }
}
