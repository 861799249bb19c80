package io.countersign.cli;

import io.countersign.windows.FileEvidence;
import io.countersign.windows.KernelLoader;
import io.countersign.windows.LoadAnswer;
import io.countersign.windows.LoadAnswer.Blocked;
import io.countersign.windows.LoadAnswer.Loads;
import io.countersign.windows.LoadAnswer.Unknown;
import io.countersign.windows.LoadRule;
import io.countersign.windows.Machine;
import io.countersign.windows.checker.Checker;
import io.countersign.windows.checker.CheckerFinding;
import io.countersign.windows.checker.CheckerReport;
import io.countersign.windows.checker.CheckerVerdict;
import io.countersign.windows.checker.TrustSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What Windows would say of one file.
 *
 * @param loadings one a machine, in the order asked
 */
record Explanation(Path file, FileEvidence evidence, List<Loading> loadings, List<Checking> checkings) {
    /** What the kernel's loader is called where checkers are named. */
    static final String LOADER = "loader";

    static final List<Checker> CHECKERS = Checker.all(TrustSettings.defaults());

    /** What the loader of one machine would do. */
    record Loading(Machine machine, LoadAnswer answer) {
        /** The rule that decides; empty if it depends on a setting. */
        Optional<LoadRule> rule() {
            if (answer instanceof Loads loads) {
                return Optional.of(loads.rule());
            }
            return answer instanceof Blocked blocked ? Optional.of(blocked.rule()) : ((Unknown) answer).rule();
        }

        /** The same, or if it depends on a setting, the first that would keep the file out. */
        LoadRule deciding() {
            return rule().or(() -> blocking(answer).findFirst()).orElseThrow();
        }
    }

    /** What one checker would say. */
    record Checking(Checker checker, CheckerReport report) {
        boolean accepts() {
            return report.verdict() == CheckerVerdict.ACCEPTED || report.verdict() == CheckerVerdict.WARNED;
        }
    }

    static Explanation of(Path file, FileEvidence evidence, List<Machine> machines) {
        KernelLoader loader = new KernelLoader();
        Path last = file.getFileName();
        String name = Printable.text(last == null ? file.toString() : last.toString());
        return new Explanation(
                file,
                evidence,
                machines.stream()
                        .map(m -> new Loading(m, loader.judge(evidence, m)))
                        .toList(),
                CHECKERS.stream()
                        .map(c -> new Checking(c, c.judge(name, evidence)))
                        .toList());
    }

    /** The names there are: the loader's, the checkers' and the installer's. */
    static List<String> names() {
        return Stream.of(Stream.of(LOADER), CHECKERS.stream().map(Checker::id), Stream.of(PackageExplanation.INSTALLER))
                .flatMap(s -> s)
                .toList();
    }

    /** Whether this one takes the file; the loader only if that of every machine does. What is unknown is no yes. */
    boolean accepts(String name) {
        return name.equals(LOADER)
                ? loadings.stream().allMatch(l -> l.answer() instanceof Loads)
                : checkings.stream().anyMatch(c -> c.checker().id().equals(name) && c.accepts());
    }

    /** What is required and not met, a sentence each. */
    List<String> unmet(List<String> required) {
        return required.stream()
                .filter(name -> !accepts(name))
                .map(name -> name + " does not accept " + file)
                .toList();
    }

    /** What could be done, each with the names of those it is for. */
    Map<String, List<String>> remedies() {
        Map<String, List<String>> remedies = new LinkedHashMap<>();
        for (Loading loading : loadings) {
            blocking(loading.answer()).forEach(r -> put(remedies, r.remedy(), LOADER));
        }
        for (Checking checking : checkings) {
            for (CheckerFinding finding : checking.report().findings()) {
                put(remedies, finding.remedy(), checking.checker().id());
            }
        }
        return remedies;
    }

    private static void put(Map<String, List<String>> remedies, String remedy, String name) {
        if (!remedy.isEmpty()) {
            List<String> names = remedies.computeIfAbsent(remedy, r -> new ArrayList<>());
            if (!names.contains(name)) {
                names.add(name);
            }
        }
    }

    private static Stream<LoadRule> blocking(LoadAnswer answer) {
        if (answer instanceof Unknown unknown) {
            // in the order of the values, not of a map
            return Stream.concat(
                    unknown.rule().stream(),
                    new TreeSet<>(unknown.branches().keySet())
                            .stream().flatMap(v -> blocking(unknown.branches().get(v))));
        }
        return answer instanceof Blocked blocked ? Stream.of(blocked.rule()) : Stream.empty();
    }
}
