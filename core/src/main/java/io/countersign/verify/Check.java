package io.countersign.verify;

import java.util.function.Function;

/**
 * One rule: what it is called, where it is written, and how evidence is held against it.
 *
 * @param <E> the evidence
 * @param id stable, lower case, such as {@code cms.signature}
 * @param title what holds if it passes, one sentence
 * @param citation the clause it comes from
 */
public record Check<E>(String id, String title, String citation, Confidence confidence, Function<E, Finding> test) {
    Finding judge(E evidence) {
        return test.apply(evidence);
    }
}
