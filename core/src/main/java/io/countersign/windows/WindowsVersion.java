package io.countersign.windows;

import io.countersign.catalog.InfTarget.Release;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The releases of Windows whose loaders differ, by build number. */
public enum WindowsVersion {
    WINDOWS_VISTA(6002, false),
    WINDOWS_7(7601, false),
    WINDOWS_8(9200, false),
    WINDOWS_8_1(9600, false),
    WINDOWS_10_1507(10240, false),
    WINDOWS_10_1511(10586, false),
    WINDOWS_10_1607(14393, false),
    WINDOWS_10_1703(15063, false),
    WINDOWS_10_1709(16299, false),
    WINDOWS_10_1803(17134, false),
    WINDOWS_10_1809(17763, false),
    WINDOWS_10_1903(18362, false),
    WINDOWS_10_1909(18363, false),
    WINDOWS_10_2004(19041, false),
    WINDOWS_10_20H2(19042, false),
    WINDOWS_10_21H1(19043, false),
    WINDOWS_10_21H2(19044, false),
    WINDOWS_10_22H2(19045, false),
    WINDOWS_11_21H2(22000, false),
    WINDOWS_11_22H2(22621, false),
    WINDOWS_11_23H2(22631, false),
    WINDOWS_11_24H2(26100, false),
    WINDOWS_11_25H2(26200, false),
    WINDOWS_11_26H1(28000, false),
    SERVER_2008_R2(7601, true),
    SERVER_2012(9200, true),
    SERVER_2012_R2(9600, true),
    SERVER_2016(14393, true),
    SERVER_2019(17763, true),
    SERVER_2022(20348, true),
    SERVER_2025(26100, true);

    private static final int FIRST_WINDOWS_7 = 7600;
    private static final int FIRST_SECURE_BOOT = 9200;
    private static final int FIRST_WINDOWS_8_1 = 9600;
    private static final int FIRST_WINDOWS_10 = 10240;
    private static final int FIRST_PORTAL_ONLY = 14393;
    private static final int FIRST_WINDOWS_11 = 22000;
    private static final int FIRST_BLOCKLIST_DEFAULT = 22621;
    private static final int FIRST_DRIVER_POLICY = 26100;

    private final int build;
    private final boolean server;

    WindowsVersion(int build, boolean server) {
        this.build = build;
        this.server = server;
    }

    /** By its name in lower case, such as {@code windows-11-24h2} or {@code server-2025}. */
    static Optional<WindowsVersion> of(String name) {
        return Arrays.stream(values())
                .filter(v -> v.toString().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /** All names, oldest first, clients before servers. */
    public static List<String> names() {
        return Arrays.stream(values()).map(WindowsVersion::toString).toList();
    }

    /** As Microsoft writes it: {@code Windows 11 24H2}. */
    public String title() {
        String name = name().replaceFirst("^SERVER", "WINDOWS_SERVER")
                .replaceFirst("8_1$", "8.1")
                .replace('_', ' ');
        return Arrays.stream(name.split(" "))
                .map(w -> w.matches("[A-Z]{3,}") ? w.charAt(0) + w.substring(1).toLowerCase(Locale.ROOT) : w)
                .collect(Collectors.joining(" "));
    }

    /** By its numbers, as INFs and catalogs name it. */
    public Release release() {
        int minor = build < FIRST_WINDOWS_7 ? 0 : build < FIRST_SECURE_BOOT ? 1 : build < FIRST_WINDOWS_8_1 ? 2 : 3;
        return isTenOrLater() ? new Release(10, 0, build, server) : new Release(6, minor, build, server);
    }

    public boolean isServer() {
        return server;
    }

    /** Before it, nothing at boot is verified by the firmware: Windows 8 and later. */
    boolean hasSecureBoot() {
        return build >= FIRST_SECURE_BOOT;
    }

    /** Windows 10 and its servers, and later: what has memory integrity. */
    boolean isTenOrLater() {
        return build >= FIRST_WINDOWS_10;
    }

    /** Windows 10 1607 and later: new drivers are Microsoft's to sign. */
    boolean wantsPortalSignatures() {
        return build >= FIRST_PORTAL_ONLY;
    }

    /** Whether there are editions for 32-bit x86 processors. */
    boolean has32Bit() {
        return !server && build < FIRST_WINDOWS_11;
    }

    /** Whether the vulnerable driver block list is on unless turned off: Windows 11 22H2 and later. */
    boolean blocklistByDefault() {
        return !server && build >= FIRST_BLOCKLIST_DEFAULT;
    }

    /** Whether memory integrity brings the block list with it. */
    boolean blocklistWithHvci() {
        return this != SERVER_2016;
    }

    /** Whether updates since April 2026 bring the Windows Driver Policy. */
    boolean hasDriverPolicy() {
        return build >= FIRST_DRIVER_POLICY;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
