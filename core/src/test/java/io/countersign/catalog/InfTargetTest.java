package io.countersign.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.catalog.InfTarget.Fit;
import io.countersign.catalog.InfTarget.Release;
import io.countersign.catalog.TargetSystem.Architecture;
import java.util.List;
import org.junit.jupiter.api.Test;

class InfTargetTest {
    private static final Release WINDOWS_7 = new Release(6, 1, 7601, false);
    private static final Release WINDOWS_10 = new Release(10, 0, 19045, false);
    private static final Release SERVER = new Release(10, 0, 20348, true);

    private static Fit fit(String decoration, Architecture architecture, Release system) {
        return InfTarget.of(decoration).fit(architecture, system);
    }

    @Test
    void theArchitectureIsTheOneNamedAndElseX86() {
        assertThat(fit("ntamd64", Architecture.X64, WINDOWS_10)).isEqualTo(Fit.FITS);
        assertThat(fit("ntamd64", Architecture.ARM64, WINDOWS_10)).isEqualTo(Fit.NOT);
        for (String any : List.of("", "nt", "nt.6.0")) {
            assertThat(fit(any, Architecture.X86, WINDOWS_7)).isEqualTo(Fit.FITS);
            assertThat(fit(any, Architecture.X64, WINDOWS_7)).isEqualTo(Fit.NOT);
        }
    }

    @Test
    void versionsAndBuildsAreTheLeastThatWillDo() {
        assertThat(fit("ntamd64.6.1", Architecture.X64, WINDOWS_10)).isEqualTo(Fit.FITS);
        assertThat(fit("ntamd64.6.2", Architecture.X64, WINDOWS_7)).isEqualTo(Fit.NOT);
        assertThat(fit("ntamd64.10.0...19045", Architecture.X64, WINDOWS_10)).isEqualTo(Fit.FITS);
        assertThat(fit("ntamd64.10.0...19046", Architecture.X64, WINDOWS_10)).isEqualTo(Fit.NOT);
        assertThat(fit("ntamd64.6.1...99999", Architecture.X64, WINDOWS_10)).isEqualTo(Fit.FITS);
    }

    @Test
    void productTypesAreAskedAndSuitesAreNotKnown() {
        assertThat(fit("ntamd64.10.0.1", Architecture.X64, WINDOWS_10)).isEqualTo(Fit.FITS);
        assertThat(fit("ntamd64.10.0.1", Architecture.X64, SERVER)).isEqualTo(Fit.NOT);
        assertThat(fit("ntamd64.10.0.3", Architecture.X64, SERVER)).isEqualTo(Fit.FITS);
        assertThat(fit("ntamd64.10.0.0x2", Architecture.X64, SERVER)).isEqualTo(Fit.OPEN);
        assertThat(fit("ntamd64.10.0.1.0x80", Architecture.X64, WINDOWS_10)).isEqualTo(Fit.OPEN);
    }

    @Test
    void whatCannotBeReadFitsNothing() {
        for (String bad : List.of("ntamd64.99999999999", "ntamd64.x", "amd64", "ntamd64.1.2.3.4.5.6", "ntamd64.0x")) {
            assertThat(fit(bad, Architecture.X64, WINDOWS_10)).as(bad).isEqualTo(Fit.NOT);
        }
    }
}
