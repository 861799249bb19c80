package io.countersign.verify;

import java.util.function.Function;

/**
 * One rule: what it is called, where it is written, and how evidence is held against it.
 *
 * @param id stable, lower case, such as {@code cms.signature}
 * @param citation the clause it comes from
 */
public record Check(String id, String citation, Confidence confidence, Function<Evidence, Finding> test) {
    Finding judge(Evidence evidence) {
        return test.apply(evidence);
    }
}
