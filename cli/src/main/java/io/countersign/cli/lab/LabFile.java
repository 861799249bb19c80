package io.countersign.cli.lab;

import io.countersign.cli.lab.Lab.Step;
import io.countersign.cli.lab.Making.Authority;
import io.countersign.cli.lab.Making.ChangedDriver;
import io.countersign.cli.lab.Making.SignedDriver;
import io.countersign.cli.lab.Making.Signer;
import io.countersign.cli.lab.Making.Timestamp;
import io.countersign.lab.LabDriver.Spot;
import io.countersign.lab.PastPki;
import io.countersign.yaml.YamlDocument;
import io.countersign.yaml.YamlDocument.Problem;
import io.countersign.yaml.YamlMap;
import io.countersign.yaml.YamlMap.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A lab.yaml (docs/labs.md). What is wrong with one is told all at once, each problem with its line. */
public final class LabFile {
    private static final String FILE = "lab.yaml";
    private static final int MAXIMUM_SIZE = 1 << 20;
    private static final int MAXIMUM_MINUTES = 120;
    private static final int MAXIMUM_STEPS = 50;
    private static final int MOST_WORDS = 50;
    private static final int HIGHEST_EXIT_CODE = 3;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");
    private static final Pattern MADE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,39}\\.(sys|cat)");

    /** An option of one letter with something behind it, or any with an equals sign. */
    private static final Pattern HAS_A_VALUE = Pattern.compile("-[^-].+|-.*=.*");

    /** What a lab may run: verbs that use no key, no server and no network. */
    private static final Set<String> VERBS = Set.of("diff", "explain", "rules", "strip", "verify", "catalog");

    private final YamlDocument document;
    private final Set<String> made = new HashSet<>();

    private LabFile(YamlDocument document) {
        this.document = document;
    }

    /**
     * Every lab there is, by name.
     *
     * @throws UnusableLab if one of them cannot be used
     */
    public static List<Lab> all(Path labs) throws IOException, UnusableLab {
        List<Lab> all = new ArrayList<>();
        for (String name : names(labs)) {
            all.add(read(labs, name));
        }
        return all;
    }

    private static List<String> names(Path labs) throws IOException {
        if (!Files.isDirectory(labs)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(labs)) {
            return folders.filter(f -> Files.isRegularFile(f.resolve(FILE)))
                    .map(f -> f.getFileName().toString())
                    .filter(n -> NAME.matcher(n).matches())
                    .sorted()
                    .toList();
        }
    }

    /**
     * Reads one.
     *
     * @param name of its folder in {@code labs}; anything but a plain name is refused
     * @throws UnusableLab if there is none, or with every problem of its file
     */
    public static Lab read(Path labs, String name) throws IOException, UnusableLab {
        Path file = labs.resolve(NAME.matcher(name).matches() ? name : "").resolve(FILE);
        if (!NAME.matcher(name).matches() || !Files.isRegularFile(file)) {
            throw new UnusableLab(
                    "there is no lab '" + name.replaceAll("\\p{C}", "?") + "'",
                    "there are " + String.join(", ", names(labs)) + "; 'countersign lab list' says what they are");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(MAXIMUM_SIZE);
            return parse(name, file.toString(), new String(octets, StandardCharsets.UTF_8));
        }
    }

    static Lab parse(String name, String file, String text) throws UnusableLab {
        YamlDocument document = YamlDocument.of(text);
        Lab lab = new LabFile(document).lab(name);
        List<Problem> problems = document.problems();
        if (!problems.isEmpty()) {
            throw new UnusableLab(
                    problems.stream()
                            .map(p -> file + ":" + p.line() + ": " + p.message() + "; " + p.remedy())
                            .collect(Collectors.joining("\n")),
                    "docs/labs.md says what belongs there");
        }
        return lab;
    }

    private Lab lab(String name) {
        YamlMap root = document.root();
        String title = root.text("title");
        int minutes = root.number("minutes", 1, MAXIMUM_MINUTES);
        List<String> learn = texts(root.texts("learn"));
        String story = root.text("story");
        List<Step> steps = new ArrayList<>();
        List<YamlMap> maps = root.maps("steps");
        if (maps.size() > MAXIMUM_STEPS) {
            document.problem(root.line("steps"), "there are " + maps.size() + " steps", "keep to " + MAXIMUM_STEPS);
        } else {
            maps.forEach(m -> steps.add(step(m)));
        }
        root.end();
        return new Lab(name, title, minutes, learn, story, steps);
    }

    private static List<String> texts(List<Text> texts) {
        return texts.stream().map(Text::value).toList();
    }

    private Step step(YamlMap map) {
        String say = map.text("say");
        List<Making> make = map.optionalMaps("make").stream().map(this::making).toList();
        Optional<String> run = map.optionalText("run");
        List<String> show = texts(map.optionalTexts("show"));
        Optional<YamlMap> expect = map.optionalMap("expect");
        Optional<String> after = map.optionalText("after");
        if (run.isPresent() != expect.isPresent()) {
            document.problem(
                    map.line("run"), "a step has both 'run' and 'expect', or neither", "say what is to come of what");
        }
        map.end();
        return new Step(say, make, run.flatMap(r -> expect.map(e -> command(map.line("run"), r, e, show))), after);
    }

    private LabCommand command(int line, String typed, YamlMap expect, List<String> show) {
        List<String> words = List.of(typed.strip().split("\\s+"));
        boolean known = words.size() > 1 && words.get(0).equals("countersign") && VERBS.contains(words.get(1));
        if (!known || words.size() > MOST_WORDS) {
            document.problem(
                    line,
                    "'" + typed.strip() + "' is no command for a lab",
                    "write 'countersign' and one of "
                            + String.join(", ", VERBS.stream().sorted().toList()));
        }
        words.stream()
                .filter(LabFile::leavesTheFolder)
                .forEach(w -> document.problem(
                        line,
                        "'" + w + "' may lead out of the lab's folder",
                        "name files as the lab made them, with a space between an option and its value"));
        int exitCode = expect.number("exit", 0, HIGHEST_EXIT_CODE);
        List<String> says = texts(expect.optionalTexts("says"));
        List<String> neverSays = texts(expect.optionalTexts("never"));
        expect.end();
        return new LabCommand(words.subList(known ? 1 : 0, words.size()), exitCode, says, neverSays, show);
    }

    /** Also what the command line would read a file for, {@code @FILE}, and a value in one word with its option. */
    private static boolean leavesTheFolder(String word) {
        return word.contains("..")
                || word.startsWith("@")
                || word.startsWith("/")
                || HAS_A_VALUE.matcher(word).matches();
    }

    private Making making(YamlMap map) {
        Making making = map.has("change") ? changed(map) : signed(map);
        map.end();
        return making;
    }

    private Making changed(YamlMap map) {
        String of = map.text("of");
        if (!made.contains(of)) {
            document.problem(map.line("of"), "'" + of + "' has not been made before", "name a file of a step before");
        }
        String file = name(map, "change", ".sys");
        Spot spot = choice(map, "where", Spot.values(), s -> label(s), Spot.CODE);
        return new ChangedDriver(file, of, spot, map.flag("rightChecksum", false));
    }

    private Making signed(YamlMap map) {
        String file = name(map, "driver", ".sys");
        Signer signer = choice(map, "signed", Signer.values(), Signer::label, Signer.EV);
        Instant issued = time(map, "issued");
        Instant expires = time(map, "expires");
        if (expires.isBefore(issued)) {
            document.problem(map.line("expires"), "it expires before it is issued", "write a later time");
        }
        boolean lifetime = map.flag("lifetime", false);
        Optional<Timestamp> timestamp = map.optionalMap("timestamp").map(this::timestamp);
        Optional<String> catalog =
                map.has("catalog") ? Optional.of(name(map, "catalog", ".cat")) : map.optionalText("catalog");
        return new SignedDriver(file, signer, issued, expires, lifetime, timestamp, catalog);
    }

    private Timestamp timestamp(YamlMap map) {
        Timestamp timestamp = new Timestamp(
                choice(map, "by", Authority.values(), LabFile::label, Authority.INDEPENDENT), time(map, "at"));
        map.end();
        return timestamp;
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private String name(YamlMap map, String key, String extension) {
        String name = map.value(
                key,
                t -> {
                    if (!MADE.matcher(t).matches() || !t.endsWith(extension)) {
                        throw new IllegalArgumentException();
                    }
                    return t;
                },
                "a plain name that ends with " + extension,
                "");
        if (!name.isEmpty() && !made.add(name)) {
            document.problem(map.line(key), "'" + name + "' has been made before", "give it another name");
        }
        return name;
    }

    private static <T> T choice(YamlMap map, String key, T[] values, Function<T, String> label, T otherwise) {
        List<T> all = List.of(values);
        return map.value(
                key,
                t -> all.stream()
                        .filter(v -> label.apply(v).equals(t))
                        .findFirst()
                        .orElseThrow(IllegalArgumentException::new),
                "one of " + all.stream().map(label).collect(Collectors.joining(", ")),
                otherwise);
    }

    private static Instant time(YamlMap map, String key) {
        return map.value(
                key,
                LabFile::day,
                "a day from " + PastPki.BEGINNING + " to " + PastPki.END + " in quotes, such as \"2025-06-01\"",
                PastPki.BEGINNING);
    }

    private static Instant day(String text) {
        try {
            Instant day = LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            if (day.isBefore(PastPki.BEGINNING) || day.isAfter(PastPki.END)) {
                throw new IllegalArgumentException();
            }
            return day;
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
