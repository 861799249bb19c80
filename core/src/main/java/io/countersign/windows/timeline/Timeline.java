package io.countersign.windows.timeline;

import io.countersign.windows.FileEvidence;
import io.countersign.windows.FileReading;
import io.countersign.windows.GatherEvidence;
import io.countersign.windows.KernelLoader;
import io.countersign.windows.LoadAnswer;
import io.countersign.windows.LoadRule;
import io.countersign.windows.Machine;
import io.countersign.windows.NamedCatalog;
import io.countersign.windows.checker.Checker;
import io.countersign.windows.checker.CheckerReport;
import io.countersign.windows.timeline.Row.Answer;
import io.countersign.windows.timeline.Row.Span;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * How the answers about one file change as time passes, with the roots and lists of today. The file is judged anew at every
 * event, so nothing here knows a rule of its own.
 *
 * @param at the time asked about
 * @param made the first time judged: that of the last good timestamp, before which there was no such file; without one, the
 *     first day of its signer; else the time asked about
 * @param stamped whether {@code made} is that of a timestamp
 * @param bars of every certificate, grouped by path
 * @param events in order of time
 * @param rows the loader of each machine, then the checkers
 * @param left how many events nobody was asked at, because there are too many
 */
public record Timeline(
        Instant at, Instant made, boolean stamped, List<Bar> bars, List<Event> events, List<Row> rows, int left) {
    /** A hostile file may bring over a thousand; building its paths anew takes long each time. */
    private static final int MAXIMUM_POINTS = 64;

    public Timeline {
        bars = List.copyOf(bars);
        events = List.copyOf(events);
        rows = List.copyOf(rows);
    }

    /**
     * Judges a file at every time that counts.
     *
     * @param gathering with the time asked about
     * @param name of the file, for who shows it
     */
    public static Timeline of(
            GatherEvidence gathering,
            FileReading file,
            String name,
            List<NamedCatalog> catalogs,
            List<Machine> machines,
            List<Checker> checkers) {
        return of(gathering, file, name, catalogs, machines, checkers, MAXIMUM_POINTS);
    }

    static Timeline of(
            GatherEvidence gathering,
            FileReading file,
            String name,
            List<NamedCatalog> catalogs,
            List<Machine> machines,
            List<Checker> checkers,
            int maximumPoints) {
        Instant at = gathering.at();
        Moments moments = new Moments();
        moments.add(new Event(at, Event.Kind.ASKED, "the time asked about"));
        TreeMap<Instant, FileEvidence> points = new TreeMap<>();
        FileEvidence asked = gathering.gather(file, catalogs);
        points.put(at, asked);
        if (!(asked instanceof FileEvidence.Image image)) {
            return new Timeline(at, at, false, List.of(), moments.events(), rows(points, name, machines, checkers), 0);
        }
        Optional<Instant> stamped = Moments.stamped(image);
        Instant made = stamped.or(() -> Moments.signerValid(image)).orElse(at);
        // A path that is the best at one time may bring certificates that others do not: until there is nothing new.
        Deque<Instant> open = new ArrayDeque<>();
        Set<Instant> known = new HashSet<>(Set.of(at));
        moments.addAll(image);
        enqueue(made, known, open);
        moments.events().forEach(e -> enqueue(e.takesEffect(), known, open));
        while (!open.isEmpty() && points.size() < maximumPoints) {
            Instant time = open.remove();
            if (!time.isBefore(made)) {
                FileEvidence.Image then =
                        (FileEvidence.Image) gathering.at(time).gather(file, catalogs);
                points.put(time, then);
                moments.addAll(then);
                moments.events().forEach(e -> enqueue(e.takesEffect(), known, open));
            }
        }
        return new Timeline(
                at,
                made,
                stamped.isPresent(),
                moments.bars(),
                moments.events(),
                rows(points.tailMap(made), name, machines, checkers),
                (int) open.stream().filter(t -> !t.isBefore(made)).count());
    }

    private static void enqueue(Instant time, Set<Instant> known, Deque<Instant> open) {
        if (known.add(time)) {
            open.add(time);
        }
    }

    private static List<Row> rows(
            Map<Instant, FileEvidence> points, String name, List<Machine> machines, List<Checker> checkers) {
        List<Row> rows = new ArrayList<>();
        KernelLoader loader = new KernelLoader();
        for (Machine machine : machines) {
            List<Span> answers = new ArrayList<>();
            points.forEach((time, evidence) -> add(answers, time, loader.judge(evidence, machine)));
            rows.add(new Row("loader", "kernel loader", Optional.of(machine), answers));
        }
        for (Checker checker : checkers) {
            List<Span> answers = new ArrayList<>();
            points.forEach((time, evidence) -> add(answers, time, checker.judge(name, evidence)));
            rows.add(new Row(checker.id(), checker.command(), Optional.empty(), answers));
        }
        return rows;
    }

    private static void add(List<Span> spans, Instant time, LoadAnswer answer) {
        if (answer instanceof LoadAnswer.Loads loads) {
            add(spans, time, Answer.ACCEPTS, Optional.of(loads.rule().id()), answer.reason());
        } else if (answer instanceof LoadAnswer.Blocked blocked) {
            add(spans, time, Answer.REFUSES, Optional.of(blocked.rule().id()), answer.reason());
        } else {
            Optional<LoadRule> rule = ((LoadAnswer.Unknown) answer).rule();
            add(spans, time, Answer.UNKNOWN, rule.map(LoadRule::id), answer.reason());
        }
    }

    private static void add(List<Span> spans, Instant time, CheckerReport report) {
        Answer answer = switch (report.verdict()) {
            case ACCEPTED -> Answer.ACCEPTS;
            case WARNED -> Answer.WARNS;
            case REFUSED -> Answer.REFUSES;
            case UNKNOWN -> Answer.UNKNOWN;
            case NOT_APPLICABLE -> Answer.NOT_APPLICABLE;
        };
        add(spans, time, answer, report.decisive().map(f -> f.rule().id()), report.reason());
    }

    /** Lengthens the last span if it is the same answer by the same rule; the words of its reason may name other times. */
    private static void add(List<Span> spans, Instant time, Answer answer, Optional<String> rule, String reason) {
        if (!spans.isEmpty()) {
            Span last = spans.get(spans.size() - 1);
            if (last.answer() == answer && last.rule().equals(rule)) {
                return;
            }
            spans.set(
                    spans.size() - 1,
                    new Span(last.from(), Optional.of(time), last.answer(), last.rule(), last.reason()));
        }
        spans.add(new Span(time, Optional.empty(), answer, rule, reason));
    }
}
