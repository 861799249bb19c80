package io.countersign.catalog;

import io.countersign.catalog.TargetSystem.Architecture;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a models section is for ("Combining Platform Extensions with Operating System Versions", Windows driver documentation):
 * nt[Architecture][.[OSMajorVersion][.[OSMinorVersion][.[ProductType][.[SuiteMask][.[BuildNumber]]]]]].
 *
 * @param decoration in lower case; empty if the section has none
 */
public record InfTarget(String decoration) {
    private static final Pattern FORM = Pattern.compile("nt(x86|amd64|arm64|arm|ia64)?((?:\\.[0-9a-fx]*){0,5})");
    private static final int MAJOR = 0;
    private static final int MINOR = 1;
    private static final int PRODUCT = 2;
    private static final int SUITE = 3;
    private static final int BUILD = 4;
    private static final int WORKSTATION = 1;

    static InfTarget of(String decoration) {
        return new InfTarget(decoration);
    }

    /** How a section fits a system. */
    public enum Fit {
        FITS,
        NOT,
        /** Which product suites the system has decides. */
        OPEN
    }

    /** A release of Windows, by its numbers. */
    public record Release(int major, int minor, int build, boolean server) {}

    /**
     * Whether the section is for such a system. A section without an architecture is for x86: since Windows Server 2003 SP1 the
     * others have to be named ("INF Manufacturer Section").
     */
    public Fit fit(Architecture architecture, Release system) {
        Matcher form = FORM.matcher(decoration.isEmpty() ? "nt" : decoration);
        if (!form.matches()) {
            return Fit.NOT; // what Windows cannot parse it does not take
        }
        List<Optional<Integer>> numbers = Arrays.stream(form.group(2).split("\\.", -1))
                .skip(1)
                .map(InfTarget::number)
                .toList();
        if (!isFor(architecture)
                || numbers.stream().anyMatch(n -> n.filter(v -> v < 0).isPresent())) {
            return Fit.NOT;
        }
        int major = at(numbers, MAJOR, 0);
        int minor = at(numbers, MINOR, 0);
        boolean same = major == system.major() && minor == system.minor();
        boolean newEnough = major < system.major()
                || (major == system.major() && minor < system.minor())
                || (same && at(numbers, BUILD, 0) <= system.build());
        int product = at(numbers, PRODUCT, 0);
        if (!newEnough || (product != 0 && system.server() == (product == WORKSTATION))) {
            return Fit.NOT;
        }
        boolean open = at(numbers, SUITE, 0) != 0 || (product == 2 && system.server());
        return open ? Fit.OPEN : Fit.FITS;
    }

    /** Whether it is for some system of this architecture. */
    public boolean isFor(Architecture architecture) {
        Matcher form = FORM.matcher(decoration.isEmpty() ? "nt" : decoration);
        if (!form.matches()) {
            return false;
        }
        String named = form.group(1) == null ? Architecture.X86.extension() : form.group(1);
        return named.equals(architecture.extension());
    }

    private static int at(List<Optional<Integer>> numbers, int place, int otherwise) {
        return place < numbers.size() ? numbers.get(place).orElse(otherwise) : otherwise;
    }

    /** Empty if nothing is said; negative if it is no number. */
    private static Optional<Integer> number(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(text.startsWith("0x") ? Integer.decode(text) : Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return Optional.of(-1);
        }
    }

    /** As an INF has it. */
    @Override
    public String toString() {
        return decoration.isEmpty() ? "(no decoration)" : decoration;
    }
}
