package io.countersign.windows;

import io.countersign.pe.VersionInfo;
import io.countersign.pe.VersionInfo.FileVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What else must hold of a file for a rule to deny it: what its version resource says. Immutable.
 *
 * @param texts by their name in the resource, such as OriginalFilename; compared without case
 * @param from the lowest version it denies
 * @param to the highest
 * @param notRead what else must hold and is not looked at, so that nothing is decided by this; each a clause
 */
public record FileCondition(
        Map<String, String> texts, Optional<FileVersion> from, Optional<FileVersion> to, List<String> notRead) {
    public FileCondition {
        texts = Map.copyOf(new TreeMap<>(texts));
        notRead = List.copyOf(notRead);
    }

    /**
     * Whether it holds; empty if that is not known.
     *
     * @param info empty if it could not be read
     */
    Optional<Boolean> holds(Optional<VersionInfo> info) {
        if (info.isEmpty()) {
            return Optional.empty();
        }
        for (Map.Entry<String, String> text : texts.entrySet()) {
            if (!info.get()
                    .text(text.getKey())
                    .map(t -> t.equalsIgnoreCase(text.getValue()))
                    .orElse(false)) {
                return Optional.of(false);
            }
        }
        Optional<FileVersion> version = info.get().fileVersion();
        if (version.isPresent()
                && (from.map(v -> version.get().compareTo(v) < 0).orElse(false)
                        || to.map(v -> version.get().compareTo(v) > 0).orElse(false))) {
            return Optional.of(false);
        }
        boolean versionMissing = version.isEmpty() && (from.isPresent() || to.isPresent());
        return versionMissing || !notRead.isEmpty() ? Optional.empty() : Optional.of(true);
    }

    @Override
    public String toString() {
        List<String> clauses = new ArrayList<>();
        new TreeMap<>(texts).forEach((name, text) -> clauses.add("its " + name + " is '" + text + "'"));
        from.ifPresent(v -> clauses.add("its version is at least " + v));
        to.ifPresent(v -> clauses.add("its version is at most " + v));
        clauses.addAll(notRead);
        return String.join(" and ", clauses);
    }
}
