package io.countersign.windows;

import io.countersign.windows.Setting.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether the kernel would load a driver. */
public sealed interface LoadAnswer {
    /** One sentence. */
    String reason();

    /** Every rule that was looked at, for every signature, in order. */
    List<LoadStep> trail();

    /**
     * It would.
     *
     * @param rule the one that lets it
     * @param by the signature it was let in by; empty where none is needed
     * @param provisos what the answer rests on and was not checked, and what Windows notes all the same
     */
    record Loads(LoadRule rule, Optional<Place> by, String reason, List<String> provisos, List<LoadStep> trail)
            implements LoadAnswer {
        public Loads {
            provisos = List.copyOf(provisos);
            trail = List.copyOf(trail);
        }
    }

    /**
     * It would not.
     *
     * @param rule the one that keeps it out, with what is seen then and the remedy
     * @param by the signature that came closest; empty if it is about the file
     */
    record Blocked(LoadRule rule, Optional<Place> by, String reason, List<LoadStep> trail) implements LoadAnswer {
        public Blocked {
            trail = List.copyOf(trail);
        }
    }

    /**
     * It depends.
     *
     * @param rule the one whose outcome is not known; empty if it is a setting of the machine that is not
     * @param missing that setting
     * @param branches what would follow from each of its values
     */
    record Unknown(
            Optional<LoadRule> rule,
            String reason,
            Optional<Setting> missing,
            Map<Value, LoadAnswer> branches,
            List<LoadStep> trail)
            implements LoadAnswer {
        public Unknown {
            branches = Map.copyOf(branches);
            trail = List.copyOf(trail);
        }
    }
}
