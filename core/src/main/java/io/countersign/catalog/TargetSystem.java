package io.countersign.catalog;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A version of Windows that a catalog is made for, named as Inf2Cat's /os does ("Inf2Cat", Windows driver documentation).
 * Windows installs a package only where the kernel version is in the members' OSAttr; the finer names in the catalog's OS
 * attribute are those Microsoft's own catalogs carry, and are for people.
 *
 * @param id Inf2Cat's identifier in upper case, such as {@code 10_VB_X64}
 * @param architecture the suffix of INF sections for it
 * @param kernel the value for OSAttr, such as {@code 2:10.0}
 * @param label the value for the catalog's OS attribute, such as {@code _v100_X64_Vb}
 */
public record TargetSystem(String id, Architecture architecture, String kernel, String label) {

    /** Processors, as platform extensions of INF sections name them. */
    public enum Architecture {
        X86("x86", 0x14C),
        X64("amd64", 0x8664),
        ARM64("arm64", 0xAA64);

        private final String extension;
        private final int imageMachine;

        Architecture(String extension, int imageMachine) {
            this.extension = extension;
            this.imageMachine = imageMachine;
        }

        /** IMAGE_FILE_HEADER.Machine of images for it. */
        public int imageMachine() {
            return imageMachine;
        }

        /** {@code amd64}. */
        public String extension() {
            return extension;
        }
    }

    private record Release(String kernel, String prefix, String suffix) {
        /** Before Windows 8.1 the architecture was always said and had no underscore. */
        String label(Architecture architecture) {
            String name = prefix.startsWith("_") || prefix.startsWith("Server_")
                    ? (architecture == Architecture.X86 ? "" : "_" + architecture)
                    : architecture.toString();
            return prefix + name + suffix;
        }
    }

    private static final Map<String, Release> RELEASES = Map.ofEntries(
            Map.entry("VISTA", new Release("2:6.0", "Vista", "")),
            Map.entry("SERVER2008", new Release("2:6.0", "Server2008", "")),
            Map.entry("7", new Release("2:6.1", "7", "")),
            Map.entry("SERVER2008R2", new Release("2:6.1", "Server2008R2", "")),
            Map.entry("8", new Release("2:6.2", "8", "")),
            Map.entry("SERVER8", new Release("2:6.2", "Server2012", "")),
            Map.entry("6_3", new Release("2:6.3", "_v63", "")),
            Map.entry("SERVER6_3", new Release("2:6.3", "_v63_Server", "")),
            Map.entry("10", windows10("_v100", "")),
            Map.entry("10_AU", windows10("_v100", "_RS1")),
            Map.entry("10_RS2", windows10("_v100", "_RS2")),
            Map.entry("10_RS3", windows10("_v100", "_RS3")),
            Map.entry("10_RS4", windows10("_v100", "_RS4")),
            Map.entry("10_RS5", windows10("_v100", "_RS5")),
            Map.entry("10_19H1", windows10("_v100", "_19H1")),
            Map.entry("10_VB", windows10("_v100", "_Vb")),
            Map.entry("10_CO", windows10("_v100", "_21H2")),
            Map.entry("10_NI", windows10("_v100", "_22H2")),
            Map.entry("10_GE", windows10("_v100", "_24H2")),
            Map.entry("10_25H2", windows10("_v100", "_25H2")),
            Map.entry("SERVER10", windows10("Server_v100", "")),
            Map.entry("SERVER2016", windows10("Server_v100", "_RS1")),
            Map.entry("SERVERRS5", windows10("Server_v100", "_RS5")),
            Map.entry("SERVERFE", windows10("Server_v100", "_21H2")),
            Map.entry("SERVER2025", windows10("Server_v100", "_24H2")));

    private static Release windows10(String prefix, String suffix) {
        return new Release("2:10.0", prefix, suffix);
    }

    /**
     * Reads an identifier such as {@code 10_X64}, in either case.
     *
     * @return empty if it names no Windows we know
     */
    public static Optional<TargetSystem> of(String id) {
        String upper = id.strip().toUpperCase(Locale.ROOT);
        int cut = upper.lastIndexOf('_');
        if (cut < 0) {
            return Optional.empty();
        }
        Optional<Architecture> architecture = Arrays.stream(Architecture.values())
                .filter(a -> a.toString().equals(upper.substring(cut + 1)))
                .findFirst();
        return Optional.ofNullable(RELEASES.get(upper.substring(0, cut)))
                .flatMap(r -> architecture.map(a -> new TargetSystem(upper, a, r.kernel(), r.label(a))));
    }

    /** The identifiers without their architecture, for messages. */
    public static String known() {
        return RELEASES.keySet().stream().sorted().collect(Collectors.joining(", "));
    }

    /** The value of OSAttr for several, oldest first. */
    static String kernels(List<TargetSystem> systems) {
        // 2:6.0 … 2:6.3 sort as text; 2:10.0 comes last by its length.
        return systems.stream()
                .map(TargetSystem::kernel)
                .distinct()
                .sorted((a, b) -> a.length() == b.length() ? a.compareTo(b) : a.length() - b.length())
                .collect(Collectors.joining(","));
    }
}
