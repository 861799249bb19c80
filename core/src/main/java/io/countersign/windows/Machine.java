package io.countersign.windows;

import io.countersign.windows.Setting.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The state of a machine, as far as loading a driver depends on it. What is not known stays unknown: nothing is assumed that
 * Windows does not set by itself. Immutable.
 *
 * @param settings those that are known
 */
public record Machine(WindowsVersion version, Map<Setting, Value> settings) {
    /** A description names each setting once; anything longer is no description. */
    private static final int MAXIMUM_LENGTH = 1000;

    public Machine {
        settings = Map.copyOf(settings);
        if (settings.get(Setting.SECURE_BOOT) == Value.ON && settings.get(Setting.TEST_SIGNING) == Value.ON) {
            throw new IllegalArgumentException("Secure Boot and test signing exclude each other");
        }
    }

    /** A machine of which only the version is known, with what that version sets by itself. */
    public static Machine of(WindowsVersion version) {
        Map<Setting, Value> known = new EnumMap<>(Setting.class);
        known.put(Setting.ARCH, Value.X64);
        known.put(Setting.START, Value.DEMAND);
        // windows-driver-docs: install/the-testsigning-boot-configuration-option.md: not set by default.
        known.put(Setting.TEST_SIGNING, Value.OFF);
        known.put(Setting.APP_CONTROL, Value.NONE);
        known.put(Setting.ALLOW_LISTED, Value.NO);
        if (version.blocklistByDefault()) {
            known.put(Setting.BLOCKLIST, Value.ON);
        }
        known.putAll(fixed(version));
        return new Machine(version, known);
    }

    /** What can be no other way on this version. */
    private static Map<Setting, Value> fixed(WindowsVersion version) {
        Map<Setting, Value> fixed = new EnumMap<>(Setting.class);
        if (!version.hasSecureBoot()) {
            fixed.put(Setting.SECURE_BOOT, Value.OFF);
        }
        if (!version.isTenOrLater()) {
            fixed.put(Setting.HVCI, Value.OFF);
            fixed.put(Setting.BLOCKLIST, Value.OFF);
            fixed.put(Setting.APP_CONTROL, Value.NONE);
        }
        if (!version.wantsPortalSignatures()) {
            fixed.put(Setting.UPGRADED, Value.NO);
        }
        if (!version.hasDriverPolicy()) {
            fixed.put(Setting.DRIVER_POLICY, Value.OFF);
        }
        if (version == WindowsVersion.WINDOWS_VISTA) {
            fixed.put(Setting.SHA2, Value.NO);
        } else if (version != WindowsVersion.WINDOWS_7 && version != WindowsVersion.SERVER_2008_R2) {
            fixed.put(Setting.SHA2, Value.YES);
        }
        return fixed;
    }

    /**
     * Reads a description: a version, then settings that differ from its defaults or that it has no default for, as in
     * {@code windows-11-24h2,secureboot=on,hvci=unknown}.
     *
     * @throws UnfitMachine with everything that is wrong
     */
    public static Machine parse(String description) throws UnfitMachine {
        String spec = description.replaceAll("\\p{C}", "?"); // problems quote it, and reach terminals
        if (spec.length() > MAXIMUM_LENGTH) {
            throw new UnfitMachine(
                    spec.substring(0, 60) + "…",
                    List.of("has " + spec.length() + " characters; at most " + MAXIMUM_LENGTH + " are read"));
        }
        List<String> problems = new ArrayList<>();
        String[] parts = spec.split(",", -1);
        Optional<WindowsVersion> version = WindowsVersion.of(parts[0].strip());
        if (version.isEmpty()) {
            problems.add("“" + parts[0].strip() + "” is no version known; known are "
                    + String.join(", ", WindowsVersion.names()));
        }
        Map<Setting, Optional<Value>> said = new EnumMap<>(Setting.class);
        for (String part : Arrays.asList(parts).subList(1, parts.length)) {
            read(part.strip(), said, problems);
        }
        version.ifPresent(v -> contradictions(v, said, problems));
        if (!problems.isEmpty()) {
            throw new UnfitMachine(spec, problems);
        }
        return withSaid(version.orElseThrow(), said);
    }

    private static void read(String part, Map<Setting, Optional<Value>> said, List<String> problems) {
        int cut = part.indexOf('=');
        Optional<Setting> setting = cut < 0 ? Optional.empty() : Setting.of(part.substring(0, cut));
        if (setting.isEmpty()) {
            problems.add("“" + part + "” is no setting; wanted NAME=VALUE with "
                    + Arrays.stream(Setting.values())
                            .map(s -> s + "=" + s.choices())
                            .collect(Collectors.joining(", ")));
            return;
        }
        String text = part.substring(cut + 1);
        Optional<Value> value = setting.get().value(text);
        if (value.isEmpty() && !text.toLowerCase(Locale.ROOT).equals("unknown")) {
            problems.add(setting.get() + " is “" + text + "”, wanted "
                    + setting.get().choices());
        } else if (said.put(setting.get(), value) != null) {
            problems.add(setting.get() + " is said twice");
        }
    }

    private static void contradictions(
            WindowsVersion version, Map<Setting, Optional<Value>> said, List<String> problems) {
        said.forEach((setting, value) ->
                value.flatMap(v -> obstacle(version, setting, v)).ifPresent(problems::add));
        if (is(said, Setting.SECURE_BOOT, Value.ON) && is(said, Setting.TEST_SIGNING, Value.ON)) {
            problems.add("testsigning=on cannot be with secureboot=on: Secure Boot protects the value, and bcdedit"
                    + " refuses to set it; turn one of them off");
        }
    }

    /** Why a setting cannot have this value on any machine with this version. */
    private static Optional<String> obstacle(WindowsVersion version, Setting setting, Value value) {
        Value fixed = fixed(version).getOrDefault(setting, value);
        if (fixed != value) {
            return Optional.of(setting + "=" + value + " cannot be on " + version + ": it is always " + fixed);
        }
        boolean missing = (value == Value.X86 && !version.has32Bit())
                || (value == Value.ARM64 && !version.isTenOrLater())
                || (value == Value.EARLY_LAUNCH && !version.hasSecureBoot());
        return missing
                ? Optional.of(setting + "=" + value + " cannot be: " + version + " has no such thing")
                : Optional.empty();
    }

    private static boolean is(Map<Setting, Optional<Value>> said, Setting setting, Value value) {
        return said.getOrDefault(setting, Optional.empty())
                .filter(v -> v == value)
                .isPresent();
    }

    private static Machine withSaid(WindowsVersion version, Map<Setting, Optional<Value>> said) {
        Map<Setting, Value> known = new EnumMap<>(of(version).settings);
        said.forEach((setting, value) -> {
            known.remove(setting);
            value.ifPresent(v -> known.put(setting, v));
        });
        known.putAll(fixed(version));
        Machine machine = new Machine(version, known);
        // A default gives way to what was said and does not go with it.
        return is(said, Setting.TEST_SIGNING, Value.ON) ? machine.with(Setting.SECURE_BOOT, Value.OFF) : machine;
    }

    /** The setting, if known. */
    public Optional<Value> get(Setting setting) {
        List<Value> possible = possible(setting);
        return possible.size() == 1 ? Optional.of(possible.get(0)) : Optional.empty();
    }

    /** What the setting may be: Secure Boot and test signing exclude each other. */
    List<Value> possible(Setting setting) {
        if (settings.containsKey(setting)) {
            return List.of(settings.get(setting));
        }
        boolean excluded = (setting == Setting.SECURE_BOOT && settings.get(Setting.TEST_SIGNING) == Value.ON)
                || (setting == Setting.TEST_SIGNING && settings.get(Setting.SECURE_BOOT) == Value.ON);
        return excluded
                ? List.of(Value.OFF)
                : setting.allowed().stream()
                        .filter(v -> obstacle(version, setting, v).isEmpty())
                        .toList();
    }

    /** The same with one more thing known. */
    Machine with(Setting setting, Value value) {
        Map<Setting, Value> known = new EnumMap<>(Setting.class);
        known.putAll(settings);
        known.put(setting, value);
        return new Machine(version, known);
    }

    /** The whole description, which {@link #parse} reads. */
    @Override
    public String toString() {
        return version
                + Arrays.stream(Setting.values())
                        .map(s -> "," + s + "=" + get(s).map(Value::toString).orElse("unknown"))
                        .collect(Collectors.joining());
    }
}
