package io.countersign.windows;

import io.countersign.windows.FileRules.FileRule;
import io.countersign.windows.LoadAnswer.Blocked;
import io.countersign.windows.LoadAnswer.Loads;
import io.countersign.windows.LoadAnswer.Unknown;
import io.countersign.windows.Setting.Value;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether the Windows kernel would load a driver, by what is documented: the file's own flaws, then each signature by itself,
 * any of which may let it in, then memory integrity. No debugger attached, and enforcement not disabled at boot. Stateless; safe
 * for several threads.
 */
public final class KernelLoader {
    private static final List<SignatureRule> SIGNATURE_RULES =
            Stream.concat(Restrictions.ALL.stream(), Permissions.ALL.stream()).toList();

    /** All rules, in the order they are looked at. */
    public static final List<LoadRule> RULES = Stream.of(
                    Stream.of(FileRules.NOT_AN_IMAGE),
                    FileRules.VETOES.stream().map(FileRule::rule),
                    SIGNATURE_RULES.stream().map(SignatureRule::rule),
                    UnsignedRules.ALL.stream().map(UnsignedRules.UnsignedRule::rule),
                    Stream.of(FileRules.MEMORY_INTEGRITY.rule()))
            .flatMap(s -> s)
            .distinct()
            .toList();

    /**
     * Judges one file on one machine. Where something of the machine is not known, every possibility is tried, and only if they
     * disagree is the answer unknown.
     */
    public LoadAnswer judge(FileEvidence evidence, Machine machine) {
        if (evidence instanceof FileEvidence.NotAnImage none) {
            Ruling ruling = new Ruling.Forbids(none.reason());
            LoadStep step = new LoadStep(FileRules.NOT_AN_IMAGE, Optional.empty(), ruling);
            return new Blocked(FileRules.NOT_AN_IMAGE, Optional.empty(), none.reason(), List.of(step));
        }
        return judge((FileEvidence.Image) evidence, machine);
    }

    private LoadAnswer judge(FileEvidence.Image file, Machine machine) {
        Asked asked = new Asked(machine);
        LoadAnswer answer = new Judgement(file, asked).answer();
        if (asked.missing().isEmpty()) {
            return answer;
        }
        Setting setting = asked.missing().get();
        Map<Value, LoadAnswer> branches = new EnumMap<>(Value.class);
        machine.possible(setting).forEach(v -> branches.put(v, judge(file, machine.with(setting, v))));
        LoadAnswer any = branches.values().iterator().next();
        if (branches.values().stream().allMatch(b -> agree(any, b))) {
            return any;
        }
        String outcomes = branches.entrySet().stream()
                .map(b -> "with " + setting + "=" + b.getKey() + " " + outcome(b.getValue()))
                .collect(Collectors.joining("; "));
        return new Unknown(
                Optional.empty(),
                "it depends on " + setting.title() + ": " + outcomes,
                Optional.of(setting),
                branches,
                any.trail());
    }

    /** Whether it is the same answer, for whatever reason; two that are open must be open by the same rule. */
    private static boolean agree(LoadAnswer a, LoadAnswer b) {
        if (a instanceof Unknown one && b instanceof Unknown other) {
            return one.rule().isPresent() && one.rule().equals(other.rule());
        }
        return a.getClass() == b.getClass();
    }

    private static String outcome(LoadAnswer answer) {
        if (answer instanceof Loads loads) {
            return "it loads (" + loads.rule().id() + ")";
        }
        return answer instanceof Blocked blocked
                ? "it is blocked (" + blocked.rule().id() + ")"
                : "it is unknown (" + answer.reason() + ")";
    }

    /** One pass over the rules. */
    private static final class Judgement {
        private final FileEvidence.Image file;
        private final Asked machine;
        private final List<LoadStep> trail = new ArrayList<>();

        Judgement(FileEvidence.Image file, Asked machine) {
            this.file = file;
            this.machine = machine;
        }

        LoadAnswer answer() {
            FileRules.VETOES.forEach(
                    r -> step(r.rule(), Optional.empty(), r.test().of(file, machine)));
            List<LoadStep> vetoes = List.copyOf(trail);
            LoadStep admission = admission();
            Optional<LoadStep> veto = first(vetoes, s -> s.ruling() instanceof Ruling.Forbids);
            // Signatures are looked at before the image is mapped and its CheckSum compared.
            if (admission.rule().equals(Restrictions.BAD_DIGEST)) {
                return decided(admission);
            }
            if (veto.isPresent()) {
                return decided(veto.get());
            }
            if (!(admission.ruling() instanceof Ruling.Allows)) {
                return decided(admission);
            }
            FileRule memory = FileRules.MEMORY_INTEGRITY;
            LoadStep mapped =
                    step(memory.rule(), Optional.empty(), memory.test().of(file, machine));
            if (mapped.ruling() instanceof Ruling.Forbids) {
                return decided(mapped);
            }
            return decided(
                    first(vetoes, s -> s.ruling() instanceof Ruling.Unclear).orElse(admission));
        }

        /** What the signatures say together: any may let the file in, and any whose outcome is not known leaves it open. */
        private LoadStep admission() {
            List<LoadStep> outcomes = new ArrayList<>();
            file.brokenTable()
                    .ifPresent(flaw -> outcomes.add(
                            step(Restrictions.BAD_DIGEST, Optional.of(Place.PRIMARY), new Ruling.Forbids(flaw))));
            file.signatures().forEach(s -> outcomes.add(outcome(s)));
            if (outcomes.isEmpty()) {
                for (UnsignedRules.UnsignedRule r : UnsignedRules.ALL) {
                    LoadStep step = step(r.rule(), Optional.empty(), r.test().of(machine));
                    if (decides(step)) {
                        return step;
                    }
                }
            }
            return first(outcomes, s -> s.ruling() instanceof Ruling.Allows)
                    .or(() -> first(outcomes, s -> s.ruling() instanceof Ruling.Unclear))
                    // The most telling of several reasons: a rule about the class, then a broken signature.
                    .or(() -> first(
                            outcomes,
                            s -> !s.rule().equals(Permissions.NO_MICROSOFT_ROOT)
                                    && !s.rule().equals(Restrictions.BAD_DIGEST)))
                    .or(() -> first(outcomes, s -> s.rule().equals(Restrictions.BAD_DIGEST)))
                    .orElseGet(() -> outcomes.get(0));
        }

        private LoadStep outcome(SignatureEvidence signature) {
            for (SignatureRule r : SIGNATURE_RULES) {
                LoadStep step =
                        step(r.rule(), Optional.of(signature.place()), r.test().of(signature, machine));
                if (decides(step)) {
                    return step;
                }
            }
            throw new IllegalStateException("the last rule decides");
        }

        private static boolean decides(LoadStep step) {
            return !(step.ruling() instanceof Ruling.NotApplicable || step.ruling() instanceof Ruling.Notes);
        }

        private LoadStep step(LoadRule rule, Optional<Place> place, Ruling ruling) {
            LoadStep step = new LoadStep(rule, place, ruling);
            trail.add(step);
            return step;
        }

        private LoadAnswer decided(LoadStep by) {
            String reason =
                    by.place().map(p -> p + ": ").orElse("") + by.ruling().reason();
            if (by.ruling() instanceof Ruling.Allows) {
                return new Loads(by.rule(), by.place(), reason, provisos(by), trail);
            }
            return by.ruling() instanceof Ruling.Forbids
                    ? new Blocked(by.rule(), by.place(), reason, trail)
                    : new Unknown(Optional.of(by.rule()), reason, Optional.empty(), Map.of(), trail);
        }

        private List<String> provisos(LoadStep by) {
            List<String> provisos = new ArrayList<>();
            if (!by.rule().rule().caveat().isEmpty()) {
                provisos.add(by.rule().rule().caveat());
            }
            trail.stream()
                    .filter(s -> s.ruling() instanceof Ruling.Notes
                            && (s.place().isEmpty() || s.place().equals(by.place())))
                    .forEach(s -> provisos.add(s.ruling().reason()));
            if (file.driverStl().state() == Listing.State.NOT_SUPPLIED) {
                provisos.add("it is not on Driver.STL, which was not supplied");
            }
            if (file.driverBlocklist().state() == Listing.State.NOT_SUPPLIED) {
                provisos.add("it is not on the driver block list, which was not supplied");
            }
            return provisos;
        }

        private static Optional<LoadStep> first(List<LoadStep> steps, Predicate<LoadStep> wanted) {
            return steps.stream().filter(wanted).findFirst();
        }
    }
}
