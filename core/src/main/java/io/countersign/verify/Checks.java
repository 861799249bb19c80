package io.countersign.verify;

import io.countersign.format.FileFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What verification asks. */
public final class Checks {
    private Checks() {}

    /** Every check once, in the order reported: those of PE files, of other formats, of NuGet packages. */
    public static List<Check<?>> all() {
        List<Check<?>> all = new ArrayList<>(AuthenticodeChecks.ALL);
        List<Check<Evidence>> others =
                new ArrayList<>(FormatChecks.authenticode(FileFormat.APP_PACKAGE, Optional.empty()));
        others.addAll(FormatChecks.nuget(Optional.empty()));
        for (Check<Evidence> other : others) {
            if (all.stream()
                    .noneMatch(c -> c.id().equals(other.id()) && c.citation().equals(other.citation()))) {
                all.add(other);
            }
        }
        return all;
    }
}
