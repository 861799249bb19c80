package io.countersign.windows;

import io.countersign.windows.Setting.Value;
import java.util.Optional;

/**
 * A machine that notices whether anybody asked for something that is not known of it. What was concluded from the answer to such
 * a question must be thrown away: the loader then tries every value the setting may have. Not for several threads.
 */
final class Asked {
    private final Machine machine;
    private Optional<Setting> missing = Optional.empty();

    Asked(Machine machine) {
        this.machine = machine;
    }

    boolean is(Setting setting, Value value) {
        Optional<Value> known = machine.get(setting);
        if (known.isEmpty() && missing.isEmpty()) {
            missing = Optional.of(setting);
        }
        return known.filter(v -> v == value).isPresent();
    }

    WindowsVersion version() {
        return machine.version();
    }

    /** The first setting that was asked for and is not known. */
    Optional<Setting> missing() {
        return missing;
    }
}
