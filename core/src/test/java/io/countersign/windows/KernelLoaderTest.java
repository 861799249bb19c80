package io.countersign.windows;

import static io.countersign.windows.WindowsLab.assertBlocked;
import static io.countersign.windows.WindowsLab.assertLoads;
import static io.countersign.windows.WindowsLab.assertUnknown;
import static io.countersign.windows.WindowsLab.driver;
import static io.countersign.windows.WindowsLab.gather;
import static io.countersign.windows.WindowsLab.judge;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.PeSample;
import io.countersign.fixture.TableSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.key.DigestAlgorithm;
import io.countersign.windows.LoadAnswer.Loads;
import io.countersign.windows.LoadAnswer.Unknown;
import io.countersign.windows.Setting.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class KernelLoaderTest {
    private static final String WINDOWS_11 = "windows-11-23h2,secureboot=on,hvci=on,upgraded=no";
    private static final KernelLoader LOADER = new KernelLoader();

    private static final byte[] CERTIFIED = WindowsPki.sign(driver(), WindowsPki.WHQL);
    private static final byte[] CROSS_2018 =
            WindowsPki.sign(driver(), WindowsPki.CROSS_SIGNED_2018, "2019-06-01T00:00:00Z");

    /** Of every class, sound and not. */
    private static final List<FileEvidence> FILES = List.of(
            gather(driver()),
            gather(WindowsPki.sign(driver(), WindowsPki.SELF_SIGNED)),
            gather(WindowsPki.sign(driver(), WindowsPki.CURRENT_EV)),
            gather(CERTIFIED),
            gather(WindowsPki.sign(driver(), WindowsPki.ATTESTED)),
            gather(WindowsPki.sign(driver(), WindowsPki.IN_BOX)),
            gather(WindowsPki.sign(driver(), WindowsPki.ELAM)),
            gather(WindowsPki.sign(driver(), WindowsPki.MICROSOFT_OTHER)),
            gather(WindowsPki.sign(driver(), WindowsPki.ofUnsuppliedRoot())),
            gather(WindowsPki.sign(driver(), WindowsPki.CROSS_SIGNED_2013, "2014-06-01T00:00:00Z")),
            gather(WindowsPki.sign(driver(), WindowsPki.CROSS_SIGNED_2013)),
            gather(CROSS_2018),
            gather(WindowsPki.sign(
                    PeSample.plus().sectionAlignment(0x200).toByteArray(), WindowsPki.CROSS_SIGNED_2018)),
            gather(WindowsPki.sign(PeSample.pe32().toByteArray(), WindowsPki.SELF_SIGNED)),
            blocklisted());

    private static FileEvidence blocklisted() {
        DenyList list = new DenyList(
                "the block list",
                List.of(new DenyList.DeniedFile(WindowsPki.imageDigest(CERTIFIED, DigestAlgorithm.SHA1), "it")));
        return gather(
                CERTIFIED, WindowsPki.anchors(), new DenyLists(Optional.empty(), Optional.of(list), Optional.empty()));
    }

    @Test
    void noChangeOfACoveredByteLoadsWithoutTestSigning() {
        int table = driver().length;
        int checkSum = 0x80 + 24 + 64;
        Random random = new Random(20261123);
        List<Integer> loaded = new ArrayList<>();
        int judged = 0;
        // Every byte of the headers, where the meaning is; of the content, which is only hashed, some.
        for (int at = 0; at < table; at += at < 0x200 ? 1 : 1 + random.nextInt(40)) {
            if ((at >= checkSum && at < checkSum + 4)
                    || (at >= TableSample.SECURITY_ENTRY && at < TableSample.SECURITY_ENTRY + 8)) {
                continue;
            }
            int offset = at;
            byte[] changed = TableSample.changed(
                    CERTIFIED, b -> b.put(offset, (byte) (b.get(offset) ^ (1 << random.nextInt(8)))));
            judged++;
            FileEvidence evidence = gather(mended(changed));
            for (String machine : List.of(WINDOWS_11, "windows-11-24h2", "windows-7,sha2=yes")) {
                if (judge(evidence, machine) instanceof Loads) {
                    loaded.add(offset);
                }
            }
        }
        assertThat(judged).isGreaterThan(500);
        assertThat(loaded).isEmpty();
        assertLoads(gather(CERTIFIED), WINDOWS_11, "LOAD_WHQL");
    }

    /** With the CheckSum it should have, so that not every change is caught by it. */
    private static byte[] mended(byte[] file) {
        try {
            return WindowsPki.withRightChecksum(file);
        } catch (IllegalArgumentException e) {
            return file; // no longer a PE file
        }
    }

    @Test
    void anAnswerIsUnknownIfAndOnlyIfWhatIsNotKnownMatters() {
        Random random = new Random(42);
        Set<Class<?>> seen = new HashSet<>();
        for (FileEvidence file : FILES) {
            for (int round = 0; round < 120; round++) {
                WindowsVersion version = one(List.of(WindowsVersion.values()), random);
                Machine whole = complete(version, random);
                Map<Setting, Value> some = new EnumMap<>(whole.settings());
                for (int i = 0; i < 3; i++) {
                    some.remove(one(List.of(Setting.values()), random));
                }
                Machine partial = new Machine(version, some);

                LoadAnswer answer = LOADER.judge(file, partial);

                seen.add(answer.getClass());
                Set<Class<?>> possible = new HashSet<>();
                completions(partial)
                        .forEach(m -> possible.add(LOADER.judge(file, m).getClass()));
                if (answer instanceof Unknown unknown && unknown.missing().isPresent()) {
                    assertThat(possible.size() > 1 || possible.contains(Unknown.class))
                            .as("%s: %s", partial, answer.reason())
                            .isTrue();
                } else {
                    assertThat(possible).as("%s: %s", partial, answer.reason()).isEqualTo(Set.of(answer.getClass()));
                }
            }
        }
        assertThat(seen).hasSize(3);
    }

    private static Machine complete(WindowsVersion version, Random random) {
        Machine usual = Machine.of(version);
        Machine whole = new Machine(version, Map.of());
        for (Setting setting : Setting.values()) {
            List<Value> possible = whole.possible(setting);
            // With its default half the time, since a rare setting would hide the others.
            Optional<Value> value = usual.get(setting).filter(v -> possible.contains(v) && random.nextBoolean());
            whole = whole.with(setting, value.orElseGet(() -> one(possible, random)));
        }
        return whole;
    }

    private static <T> T one(List<T> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }

    private static List<Machine> completions(Machine machine) {
        return Arrays.stream(Setting.values())
                .filter(s -> machine.get(s).isEmpty())
                .findFirst()
                .map(s -> machine.possible(s).stream()
                        .flatMap(v -> completions(machine.with(s, v)).stream())
                        .toList())
                .orElse(List.of(machine));
    }

    @Test
    void aSettingThatMattersIsNamedWithWhatFollowsFromIt() {
        LoadAnswer.Unknown unknown =
                (LoadAnswer.Unknown) judge(gather(CROSS_2018), "windows-11-23h2,secureboot=unknown,upgraded=no");
        assertThat(unknown.missing()).contains(Setting.SECURE_BOOT);
        assertThat(unknown.reason())
                .isEqualTo("it depends on UEFI Secure Boot: with secureboot=on it is blocked"
                        + " (LOAD_CROSS_AFTER_CUTOFF); with secureboot=off it loads (LOAD_CROSS_SB_OFF)");
        assertThat(unknown.branches()).containsOnlyKeys(Value.ON, Value.OFF);
    }

    @Test
    void aMachineOfWhichNothingIsKnownIsJudgedInAMoment() throws Exception {
        StringBuilder spec = new StringBuilder("windows-11-24h2");
        for (Setting setting : Setting.values()) {
            if (setting != Setting.SHA2) {
                spec.append(',').append(setting).append("=unknown");
            }
        }
        Machine nothing = Machine.parse(spec.toString());
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10), () -> FILES.forEach(file -> LOADER.judge(file, nothing)));
    }

    @Test
    void aRootThatWasNotSuppliedLeavesTheAnswerOpen() {
        FileEvidence file = gather(WindowsPki.sign(driver(), WindowsPki.ofUnsuppliedRoot()));
        assertThat(assertUnknown(file, WINDOWS_11, "LOAD_ROOT_NOT_SUPPLIED").reason())
                .startsWith("primary signature: “Microsoft Code Verification Root” was not supplied");
        FileEvidence unproven = gather(CERTIFIED, TrustAnchors.none(), DenyLists.none());
        assertBlocked(unproven, WINDOWS_11, "LOAD_NO_MS_ROOT");
    }

    @Test
    void aCertificateThatMayNotSignCodeLetsNothingIn() {
        assertBlocked(gather(WindowsPki.sign(driver(), WindowsPki.NOT_FOR_CODE)), WINDOWS_11, "LOAD_NO_MS_ROOT");
    }

    @Test
    void anEcdsaSignatureIsNotRead() {
        assertBlocked(gather(WindowsPki.sign(driver(), WindowsPki.WHQL_WITH_ECDSA)), WINDOWS_11, "LOAD_ECDSA");
    }

    @Test
    void whatWasNotLookedUpIsAProviso() {
        assertThat(assertLoads(gather(CERTIFIED), WINDOWS_11, "LOAD_WHQL").provisos())
                .contains(
                        "it is not on Driver.STL, which was not supplied",
                        "it is not on the driver block list, which was not supplied");
        DenyList empty = new DenyList("a list", List.of());
        DenyLists both = new DenyLists(Optional.of(empty), Optional.of(empty), Optional.empty());
        assertThat(assertLoads(gather(CERTIFIED, WindowsPki.anchors(), both), WINDOWS_11, "LOAD_WHQL")
                        .provisos())
                .noneMatch(p -> p.contains("not supplied"));
    }

    @Test
    void theTrailHoldsEveryRuleThatWasLookedAtForEverySignature() {
        byte[] both = WindowsPki.sign(
                WindowsPki.sign(driver(), WindowsPki.CURRENT_EV), WindowsPki.ATTESTED, "2026-10-01T00:00:00Z");
        List<LoadStep> trail = judge(gather(both), WINDOWS_11).trail();
        List<String> primary = ids(trail, Place.PRIMARY);
        List<String> nested = ids(trail, Place.embedded(1));
        assertThat(primary).startsWith("LOAD_BAD_DIGEST").endsWith("LOAD_TESTSIGNED", "LOAD_NO_MS_ROOT");
        assertThat(nested).startsWith("LOAD_BAD_DIGEST").endsWith("LOAD_ATTESTED");
        assertThat(primary).containsAll(nested);
        assertThat(trail.get(trail.size() - 1).rule().id()).isEqualTo("LOAD_HVCI_IMAGE");
        assertThat(trail).noneMatch(s -> s.ruling().reason().isBlank());
    }

    private static List<String> ids(List<LoadStep> trail, Place place) {
        return trail.stream()
                .filter(s -> s.place().filter(place::equals).isPresent())
                .map(s -> s.rule().id())
                .toList();
    }

    @Test
    void rulesPrintAsDocumentation() {
        assertThat(KernelLoader.RULES).extracting(LoadRule::id).doesNotHaveDuplicates();
        assertThat(KernelLoader.RULES).allSatisfy(r -> {
            assertThat(r.id()).matches("LOAD_[A-Z0-9_]+");
            assertThat(r.rule().title()).endsWith(".");
            assertThat(r.rule().citation()).isNotBlank();
            assertThat(r.status().isPresent() && r.remedy().isEmpty()).isFalse();
        });
    }

    @Test
    void whatIsNoImageIsNoDriver() {
        assertBlocked(gather("text".getBytes(StandardCharsets.UTF_8)), WINDOWS_11, "LOAD_NOT_AN_IMAGE");
        assertBlocked(gather(new byte[0]), WINDOWS_11, "LOAD_NOT_AN_IMAGE");
    }
}
