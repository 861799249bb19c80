package io.countersign.windows;

import static io.countersign.windows.Setting.Value.ARM64;
import static io.countersign.windows.Setting.Value.AUDIT;
import static io.countersign.windows.Setting.Value.AUDIT_WHQL;
import static io.countersign.windows.Setting.Value.BOOT;
import static io.countersign.windows.Setting.Value.DEMAND;
import static io.countersign.windows.Setting.Value.EARLY_LAUNCH;
import static io.countersign.windows.Setting.Value.ENFORCED;
import static io.countersign.windows.Setting.Value.NO;
import static io.countersign.windows.Setting.Value.NONE;
import static io.countersign.windows.Setting.Value.OFF;
import static io.countersign.windows.Setting.Value.ON;
import static io.countersign.windows.Setting.Value.REQUIRE_WHQL;
import static io.countersign.windows.Setting.Value.X64;
import static io.countersign.windows.Setting.Value.X86;
import static io.countersign.windows.Setting.Value.YES;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the loader's answer may depend on beside the version of Windows. */
public enum Setting {
    ARCH("arch", "the processor Windows was built for", X64, X86, ARM64),
    SECURE_BOOT("secureboot", "UEFI Secure Boot", ON, OFF),
    TEST_SIGNING("testsigning", "the TESTSIGNING boot option", ON, OFF),
    HVCI("hvci", "memory integrity (hypervisor-protected code integrity)", ON, OFF),
    UPGRADED("upgraded", "upgraded from a release before Windows 10 1607", YES, NO),
    SHA2("sha2", "Code Integrity reads SHA-2: the update KB3033929 of Windows 7", YES, NO),
    BLOCKLIST("blocklist", "the vulnerable driver block list, by itself, Smart App Control or S mode", ON, OFF),
    DRIVER_POLICY("driver-policy", "the Windows Driver Policy of 2026", ENFORCED, AUDIT, OFF),
    ALLOW_LISTED("allow-listed", "the driver is on that policy's allow list, or a signed policy allows it", YES, NO),
    APP_CONTROL("app-control", "an App Control policy with Required:WHQL", NONE, REQUIRE_WHQL, AUDIT_WHQL),
    START("start", "how the driver is started", DEMAND, BOOT, EARLY_LAUNCH);

    /** What a setting may be. */
    public enum Value {
        ON,
        OFF,
        YES,
        NO,
        ENFORCED,
        AUDIT,
        NONE,
        REQUIRE_WHQL,
        AUDIT_WHQL,
        DEMAND,
        BOOT,
        EARLY_LAUNCH,
        X64,
        X86,
        ARM64;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final String key;
    private final String title;
    private final List<Value> values;

    Setting(String key, String title, Value... values) {
        this.key = key;
        this.title = title;
        this.values = List.of(values);
    }

    static Optional<Setting> of(String key) {
        return Arrays.stream(values())
                .filter(s -> s.key.equals(key.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    Optional<Value> value(String text) {
        return values.stream()
                .filter(v -> v.toString().equals(text.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /** What it is, for help texts. */
    public String title() {
        return title;
    }

    public List<Value> allowed() {
        return values;
    }

    /** {@code on|off|unknown}, for help texts. */
    public String choices() {
        return values.stream().map(Value::toString).collect(Collectors.joining("|")) + "|unknown";
    }

    /** The name in a machine's description. */
    @Override
    public String toString() {
        return key;
    }
}
