package io.countersign.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.windows.Setting.Value;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MachineTest {
    @Test
    void aDescriptionSaysWhatIsKnownAndTheRestStaysUnknown() throws Exception {
        Machine machine = Machine.parse("windows-11-24h2,secureboot=on,hvci=unknown,Driver-Policy=ENFORCED");

        assertThat(machine.version()).isEqualTo(WindowsVersion.WINDOWS_11_24H2);
        assertThat(machine.get(Setting.SECURE_BOOT)).contains(Value.ON);
        assertThat(machine.get(Setting.DRIVER_POLICY)).contains(Value.ENFORCED);
        assertThat(machine.get(Setting.HVCI)).isEmpty();
        assertThat(machine.get(Setting.UPGRADED)).isEmpty();
        assertThat(machine.get(Setting.BLOCKLIST))
                .as("on by default since 22H2")
                .contains(Value.ON);
    }

    @Test
    void everyVersionHasDefaultsThatAreReadBackAsTheyArePrinted() throws Exception {
        for (WindowsVersion version : WindowsVersion.values()) {
            Machine machine = Machine.of(version);
            assertThat(Machine.parse(version.toString())).isEqualTo(machine);
            assertThat(Machine.parse(machine.toString()).toString()).isEqualTo(machine.toString());
            assertThat(machine.get(Setting.TEST_SIGNING)).contains(Value.OFF);
        }
    }

    @Test
    void versionsHaveTheNamesMicrosoftWrites() {
        assertThat(Arrays.stream(WindowsVersion.values()).map(WindowsVersion::title))
                .startsWith("Windows Vista", "Windows 7", "Windows 8", "Windows 8.1", "Windows 10 1507")
                .contains("Windows 11 24H2", "Windows Server 2008 R2", "Windows Server 2025");
    }

    @Test
    void whatAVersionCannotHaveIsKnown() {
        Machine seven = Machine.of(WindowsVersion.WINDOWS_7);
        assertThat(seven.get(Setting.SECURE_BOOT)).contains(Value.OFF);
        assertThat(seven.get(Setting.HVCI)).contains(Value.OFF);
        assertThat(seven.get(Setting.SHA2)).as("depends on an update").isEmpty();
        assertThat(Machine.of(WindowsVersion.WINDOWS_VISTA).get(Setting.SHA2)).contains(Value.NO);
        assertThat(Machine.of(WindowsVersion.WINDOWS_10_22H2).get(Setting.DRIVER_POLICY))
                .contains(Value.OFF);
        assertThat(Machine.of(WindowsVersion.SERVER_2025).get(Setting.DRIVER_POLICY))
                .as("a machine's own state")
                .isEmpty();
    }

    @Test
    void allProblemsAreToldAtOnceWithWhatIsKnown() {
        UnfitMachine refusal = catchThrowableOfType(
                UnfitMachine.class,
                () -> Machine.parse("windows-12,hvci=maybe,colour=red,secureboot=on,secureboot=off"));

        assertThat(refusal.problems()).hasSize(4);
        assertThat(refusal)
                .hasMessageContaining("“windows-12” is no version known; known are windows-vista, windows-7")
                .hasMessageContaining("server-2025")
                .hasMessageContaining("hvci is “maybe”, wanted on|off|unknown")
                .hasMessageContaining("“colour=red” is no setting; wanted NAME=VALUE with arch=x64|x86|arm64|unknown")
                .hasMessageContaining("secureboot is said twice");
    }

    @Test
    void secureBootRefusesTestSigning() throws Exception {
        assertThatThrownBy(() -> Machine.parse("windows-11-24h2,secureboot=on,testsigning=on"))
                .isInstanceOf(UnfitMachine.class)
                .hasMessageContaining("Secure Boot protects the value");
        assertThat(Machine.parse("windows-11-24h2,testsigning=on").get(Setting.SECURE_BOOT))
                .contains(Value.OFF);
        assertThat(Machine.parse("windows-11-24h2,secureboot=on,testsigning=unknown")
                        .get(Setting.TEST_SIGNING))
                .contains(Value.OFF);
    }

    @Test
    void whatAVersionDoesNotHaveIsRefused() {
        for (String spec : Arrays.asList(
                "windows-7,secureboot=on",
                "windows-8.1,hvci=on",
                "windows-8-1,hvci=on",
                "windows-11-23h2,driver-policy=audit",
                "windows-11-23h2,arch=x86",
                "server-2012,arch=arm64",
                "windows-7,start=early-launch",
                "windows-vista,sha2=yes",
                "server-2022,sha2=no")) {
            assertThatThrownBy(() -> Machine.parse(spec)).as(spec).isInstanceOf(UnfitMachine.class);
        }
    }

    @Test
    void aHostileDescriptionIsCutShortAndCannotPaintTheTerminal() {
        assertThatThrownBy(() -> Machine.parse("x".repeat(100_000)))
                .isInstanceOf(UnfitMachine.class)
                .hasMessageContaining("at most 1000");
        assertThatThrownBy(() -> Machine.parse("\u001b[31m"))
                .isInstanceOf(UnfitMachine.class)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\u001b"));
    }
}
