package io.countersign.trust;

import io.countersign.windows.DenyList;
import io.countersign.windows.MicrosoftList;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A list that a home keeps.
 *
 * @param denies what it denies; of the root program nothing
 * @param microsoft the list as Microsoft signed it; empty for a driver block list
 * @param changed whether the file is another than was imported
 */
public record TrustedList(
        ListKind kind,
        Path file,
        DenyList denies,
        Optional<MicrosoftList> microsoft,
        Optional<Origin> origin,
        boolean changed) {}
