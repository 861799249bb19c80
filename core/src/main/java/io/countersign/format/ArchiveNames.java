package io.countersign.format;

import static io.countersign.format.MalformedFile.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Names in an archive, which become files: none leads out, none is two files on any system. */
final class ArchiveNames {
    private static final int MAXIMUM_LENGTH = 400;
    private static final int MAXIMUM_PARTS = 16;

    /** What Windows takes for a name, but for those it keeps for devices, and neither "." nor "..". */
    private static final Pattern PART = Pattern.compile("[^\\p{Cntrl}\\\\/:*?\"<>|]*[^\\p{Cntrl}\\\\/:*?\"<>|. ]");

    private static final Pattern DEVICE =
            Pattern.compile("(con|prn|aux|nul|com\\d|lpt\\d)(\\..*)?", Pattern.CASE_INSENSITIVE);

    private final Map<String, String> files = new HashMap<>();
    private final Map<String, String> folders = new HashMap<>();

    /** The parts of a file's name, with either kind of slash between them. */
    List<String> file(String name) throws MalformedFile {
        List<String> parts = parts(name);
        String path = String.join("/", parts);
        folders(parts.subList(0, parts.size() - 1));
        String folded = path.toLowerCase(Locale.ROOT);
        String other = files.put(folded, path);
        require(other == null, "the archive has two files for Windows at “" + quoted(path) + "”");
        require(!folders.containsKey(folded), "“" + quoted(path) + "” is a file and a folder of the archive");
        return parts;
    }

    /** A folder that has an entry of its own. */
    void folder(String name) throws MalformedFile {
        folders(parts(name.substring(0, name.length() - 1)));
    }

    private void folders(List<String> parts) throws MalformedFile {
        for (int i = 1; i <= parts.size(); i++) {
            String path = String.join("/", parts.subList(0, i));
            String folded = path.toLowerCase(Locale.ROOT);
            String other = folders.putIfAbsent(folded, path);
            require(
                    other == null || other.equals(path),
                    "the archive writes one folder in two ways, “" + quoted(path) + "” being one");
            require(!files.containsKey(folded), "“" + quoted(path) + "” is a file and a folder of the archive");
        }
    }

    private static List<String> parts(String name) throws MalformedFile {
        List<String> parts = new ArrayList<>(Arrays.asList(name.split("[\\\\/]", -1)));
        boolean plain = name.length() <= MAXIMUM_LENGTH
                && parts.size() <= MAXIMUM_PARTS
                && parts.stream()
                        .allMatch(p ->
                                PART.matcher(p).matches() && !DEVICE.matcher(p).matches());
        require(
                plain,
                "the archive has an entry named “" + quoted(name) + "”, wanted a plain path that stays inside it, of"
                        + " names Windows takes");
        return parts;
    }

    private static String quoted(String name) {
        String cut = name.length() <= 80 ? name : name.substring(0, 80) + "…";
        return cut.replaceAll("\\p{C}", "?");
    }
}
