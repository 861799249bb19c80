package io.countersign.windows;

import static io.countersign.fixture.WindowsPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.PeSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.x509.RevocationLists;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Evidence from files in memory. */
public final class WindowsLab {
    private WindowsLab() {}

    /** A small unsigned driver for x64. */
    public static byte[] driver() {
        return WindowsPki.withRightChecksum(PeSample.plus().toByteArray());
    }

    public static FileEvidence gather(byte[] file, NamedCatalog... catalogs) {
        return gather(file, WindowsPki.anchors(), DenyLists.none(), catalogs);
    }

    public static FileEvidence gather(byte[] file, TrustAnchors anchors, DenyLists denied, NamedCatalog... catalogs) {
        return gather(file, new GatherEvidence(anchors, denied, RevocationLists.none(), NOW), catalogs);
    }

    public static FileEvidence gather(byte[] file, GatherEvidence gathering, NamedCatalog... catalogs) {
        try {
            Path path = Files.createTempFile("windows-", ".sys");
            try {
                return gathering.gather(Files.write(path, file), List.of(catalogs));
            } finally {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static LoadAnswer judge(FileEvidence file, String machine) {
        try {
            return new KernelLoader().judge(file, Machine.parse(machine));
        } catch (UnfitMachine e) {
            throw new IllegalArgumentException(e);
        }
    }

    public static LoadAnswer.Loads assertLoads(FileEvidence file, String machine, String rule) {
        LoadAnswer answer = judge(file, machine);
        assertThat(answer).as("%s: %s", machine, answer.reason()).isInstanceOf(LoadAnswer.Loads.class);
        assertThat(((LoadAnswer.Loads) answer).rule().id()).as(machine).isEqualTo(rule);
        return (LoadAnswer.Loads) answer;
    }

    public static LoadAnswer.Blocked assertBlocked(FileEvidence file, String machine, String rule) {
        LoadAnswer answer = judge(file, machine);
        assertThat(answer).as("%s: %s", machine, answer.reason()).isInstanceOf(LoadAnswer.Blocked.class);
        assertThat(((LoadAnswer.Blocked) answer).rule().id()).as(machine).isEqualTo(rule);
        return (LoadAnswer.Blocked) answer;
    }

    static LoadAnswer.Unknown assertUnknown(FileEvidence file, String machine, String rule) {
        LoadAnswer answer = judge(file, machine);
        assertThat(answer).as("%s: %s", machine, answer.reason()).isInstanceOf(LoadAnswer.Unknown.class);
        assertThat(((LoadAnswer.Unknown) answer).rule().map(LoadRule::id))
                .as(machine + ": " + answer.reason())
                .contains(rule);
        return (LoadAnswer.Unknown) answer;
    }

    public static FileEvidence.Image image(byte[] file, NamedCatalog... catalogs) {
        return (FileEvidence.Image) gather(file, catalogs);
    }
}
