package io.countersign.trust;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.VersionInfo.FileVersion;
import io.countersign.windows.DenyList;
import io.countersign.windows.DenyList.DeniedCertificate;
import io.countersign.windows.DenyList.DeniedFile;
import io.countersign.windows.DenyList.DeniedName;
import io.countersign.windows.DenyList.DeniedSigner;
import io.countersign.windows.DenyList.Entry;
import io.countersign.windows.FileCondition;
import io.countersign.yaml.YamlDocument;
import io.countersign.yaml.YamlMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A driver block list that a person writes. Each entry has a name and says what it denies: a file, a certificate with all below
 * it, all below the certificate whose to-be-signed part has a digest, or whatever says of itself to be a file.
 *
 * <pre>
 * driverBlockList:
 *   - { name: bad.sys, file: SHA-1 OR SHA-256 OF THE IMAGE OR THE FILE }
 *   - { name: a stolen certificate, certificate: SHA-1 OR SHA-256 THUMBPRINT }
 *   - { name: old drivers of one publisher, tbs: SHA-256, publisher: Example Ltd, originalFilename: old.sys, toVersion: 3.1.12.0 }
 *   - { name: older.sys, originalFilename: older.sys, fromVersion: 1.0.0.0, toVersion: 1.9.9.9 }
 * </pre>
 */
final class BlockListYaml {
    private static final Digest NO_DIGEST = DigestAlgorithm.SHA1.digest(new byte[0]);
    private static final FileVersion NO_VERSION = new FileVersion(0);

    private BlockListYaml() {}

    /**
     * Reads the list.
     *
     * @param name for messages
     * @throws UnusableTrust with every problem, each with its line
     */
    static DenyList parse(String name, String text) throws UnusableTrust {
        YamlDocument document = YamlDocument.of(text);
        List<Entry> entries = new ArrayList<>();
        for (YamlMap map : document.root().maps("driverBlockList")) {
            entries.add(entry(document, map));
        }
        document.root().end();
        if (!document.problems().isEmpty()) {
            throw new UnusableTrust(
                    document.problems().stream()
                            .map(p -> name + ":" + p.line() + ": " + p.message())
                            .collect(Collectors.joining("\n")),
                    document.problems().get(0).remedy());
        }
        return new DenyList("the driver block list", entries);
    }

    private static Entry entry(YamlDocument document, YamlMap map) {
        String label = map.text("name").replaceAll("\\p{C}", "?");
        Optional<Digest> file = value(map, "file", BlockListYaml::digest, "a digest in hexadecimal", NO_DIGEST);
        Optional<Digest> certificate =
                value(map, "certificate", BlockListYaml::digest, "a thumbprint in hexadecimal", NO_DIGEST);
        Optional<Digest> tbs = value(map, "tbs", BlockListYaml::digest, "a digest in hexadecimal", NO_DIGEST);
        Optional<String> publisher = map.optionalText("publisher");
        Map<String, String> texts = new HashMap<>();
        map.optionalText("originalFilename").ifPresent(t -> texts.put("OriginalFilename", t));
        map.optionalText("internalName").ifPresent(t -> texts.put("InternalName", t));
        map.optionalText("productName").ifPresent(t -> texts.put("ProductName", t));
        Optional<FileVersion> from = version(map, "fromVersion");
        Optional<FileVersion> to = version(map, "toVersion");
        map.end();

        boolean conditional = !texts.isEmpty() || from.isPresent() || to.isPresent();
        long subjects = List.of(file, certificate, tbs).stream()
                .filter(Optional::isPresent)
                .count();
        if (subjects > 1 || (subjects == 0 && texts.isEmpty())) {
            document.problem(
                    map.line("name"),
                    "an entry denies one thing, this one " + (subjects == 0 ? "none" : "several"),
                    "give one of file, certificate and tbs, or an originalFilename, internalName or productName");
        }
        if (tbs.isEmpty() && (publisher.isPresent() || (subjects > 0 && conditional))) {
            document.problem(
                    map.line("name"),
                    "a publisher, a file name or a version narrows down an entry with 'tbs', and this has none",
                    "add 'tbs', or take them out");
        }
        FileCondition condition = new FileCondition(texts, from, to, List.of());
        if (tbs.isPresent()) {
            return new DeniedSigner(tbs.get(), publisher, conditional ? List.of(condition) : List.of(), label);
        }
        return file.<Entry>map(d -> new DeniedFile(d, label))
                .or(() -> certificate.map(d -> new DeniedCertificate(d, label)))
                .orElseGet(() -> new DeniedName(condition, label));
    }

    private static Optional<FileVersion> version(YamlMap map, String name) {
        return value(map, name, FileVersion::parse, "a version such as 10.0.1.2", NO_VERSION);
    }

    private static <T> Optional<T> value(
            YamlMap map, String name, Function<String, T> reader, String wanted, T otherwise) {
        if (!map.has(name)) {
            map.optionalText(name); // so that it is known here
            return Optional.empty();
        }
        return Optional.of(map.value(name, reader, wanted, otherwise));
    }

    private static Digest digest(String hex) {
        return Arrays.stream(DigestAlgorithm.values())
                .filter(a -> 2 * a.size() == hex.length())
                .findFirst()
                .map(a -> new Digest(a, Bytes.ofHex(hex)))
                .orElseThrow(() -> new IllegalArgumentException("no digest has this length"));
    }
}
