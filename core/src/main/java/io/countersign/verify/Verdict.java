package io.countersign.verify;

import java.util.List;

/** What the findings add up to. */
public sealed interface Verdict {
    /** Every signature holds and ends in a given trust anchor. */
    record Trusted() implements Verdict {}

    /** At least one check failed. */
    record Untrusted(List<String> reasons) implements Verdict {
        public Untrusted {
            reasons = List.copyOf(reasons);
        }
    }

    /** There is no signature. */
    record Unsigned() implements Verdict {}

    /** The file, or the signature in it, contradicts its own format. Never said of an unsigned file. */
    record Malformed(String reason) implements Verdict {}

    /** Nothing failed, but something needed to say more is missing. */
    record Unknown(List<String> reasons) implements Verdict {
        public Unknown {
            reasons = List.copyOf(reasons);
        }
    }
}
