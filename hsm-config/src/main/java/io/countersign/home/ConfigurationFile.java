package io.countersign.home;

import io.countersign.home.Configuration.Identity;
import io.countersign.home.Configuration.Organization;
import io.countersign.home.Configuration.Policy;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Configuration.TimestampAuthority;
import io.countersign.home.Configuration.Token;
import io.countersign.home.ConfigurationException.Problem;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import io.countersign.yaml.YamlDocument;
import io.countersign.yaml.YamlMap;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Reads countersign.yaml. Paths in it are relative to the home unless absolute. It is refused as a whole where anything in it
 * is unknown, missing, doubled, of the wrong kind, or names an entry that does not exist. The files it names are not opened
 * here: a process that uses one token need not see the PIN of the others.
 */
public final class ConfigurationFile {
    private static final int MAX_BYTES = 1 << 20;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    private static final String NAME_IN_WORDS = "1 to 64 lower-case letters, digits and hyphens";
    private static final int MAX_APPROVALS = 20;
    private static final int MAX_REQUESTS_PER_MINUTE = 1_000_000;

    private final Home home;
    private final YamlDocument document;
    /** What names exist, by kind ("token", "key", …): references are checked against it. */
    private final Map<String, Set<String>> names = new HashMap<>();

    private ConfigurationFile(Home home, String text) {
        this.home = home;
        this.document = YamlDocument.of(text);
    }

    /**
     * Reads the configuration of a home.
     *
     * @throws ConfigurationException with every problem at once; also where the file is missing or cannot be read
     */
    public static Configuration read(Home home) throws ConfigurationException {
        return parse(home, text(home));
    }

    /**
     * The same of a text that is not in its place, or not yet.
     *
     * @throws ConfigurationException with every problem at once
     */
    public static Configuration parse(Home home, String text) throws ConfigurationException {
        ConfigurationFile file = new ConfigurationFile(home, text);
        Configuration configuration = file.configuration(file.document.root());
        List<Problem> problems = file.document.problems().stream()
                .map(p -> new Problem(home.configuration(), p.line(), p.message(), p.remedy()))
                .toList();
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        return configuration;
    }

    /**
     * The text of a home's configuration.
     *
     * @throws ConfigurationException if the file is missing, too large, not UTF-8, or cannot be read
     */
    public static String text(Home home) throws ConfigurationException {
        Path file = home.configuration();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(MAX_BYTES + 1);
            if (octets.length > MAX_BYTES) {
                throw whole(file, "is larger than " + MAX_BYTES + " bytes", "make it smaller");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException e) {
            throw whole(file, "is not UTF-8 text", "save it as UTF-8");
        } catch (NoSuchFileException e) {
            throw whole(
                    file,
                    "does not exist",
                    "run 'countersign hsm init', or set COUNTERSIGN_HOME to the home that has one");
        } catch (IOException e) {
            throw whole(file, "cannot be read: " + e, "make it readable for this user");
        }
    }

    private static ConfigurationException whole(Path file, String message, String remedy) {
        return new ConfigurationException(List.of(new Problem(file, 0, message, remedy)));
    }

    private Configuration configuration(YamlMap root) {
        // In the order of references: what is named stands before what names it.
        Organization organization = organization(root.map("organization"));
        YamlMap pki = root.map("pki");
        URI pkiBaseUrl = url(pki, "baseUrl");
        pki.end();
        List<Token> tokens = root.maps("tokens").stream().map(this::token).toList();
        List<Configuration.Key> keys = root.maps("keys").stream().map(this::key).toList();
        List<TimestampAuthority> authorities = root.maps("timestampAuthorities").stream()
                .map(this::timestampAuthority)
                .toList();
        List<Identity> identities =
                root.maps("identities").stream().map(this::identity).toList();
        List<Project> projects =
                root.maps("projects").stream().map(this::project).toList();
        root.end();
        return new Configuration(organization, pkiBaseUrl, tokens, keys, authorities, identities, projects);
    }

    private Organization organization(YamlMap map) {
        Organization organization = new Organization(
                name(map, "slug"), map.value("id", UUID::fromString, "a UUID", new UUID(0, 0)), map.text("name"));
        map.end();
        return organization;
    }

    private Token token(YamlMap map) {
        Token token =
                new Token(unique(map, "name", "token"), path(map, "module"), map.text("label"), path(map, "pinFile"));
        map.end();
        return token;
    }

    private Configuration.Key key(YamlMap map) {
        Configuration.Key key = new Configuration.Key(
                unique(map, "name", "key"),
                reference(new YamlMap.Text(map.text("token"), map.line("token")), "token"),
                map.text("label"),
                map.texts("chain").stream().map(this::path).toList(),
                map.flag("local", false));
        map.end();
        return key;
    }

    private TimestampAuthority timestampAuthority(YamlMap map) {
        TimestampAuthority authority = new TimestampAuthority(
                unique(map, "name", "timestamp authority"),
                url(map, "url"),
                map.optionalText("key").map(key -> reference(new YamlMap.Text(key, map.line("key")), "key")),
                map.optionalNumber("requestsPerMinute", 1, MAX_REQUESTS_PER_MINUTE),
                map.optionalMap("serve")
                        .map(new TimestampServingSection(document)::read)
                        .orElse(TimestampServing.DEFAULT));
        if (map.has("serve") && authority.key().isEmpty()) {
            document.problem(
                    map.line("serve"), "'serve' is of an authority without a key here", "remove it, or name its 'key'");
        }
        map.end();
        return authority;
    }

    private Identity identity(YamlMap map) {
        Identity identity = new Identity(
                unique(map, "name", "identity"),
                map.value(
                        "tokenSha256",
                        ConfigurationFile::sha256,
                        "a SHA-256 in 64 hexadecimal digits, as 'sha256sum' prints it",
                        Bytes.of()));
        map.end();
        return identity;
    }

    private Project project(YamlMap map) {
        String slug = unique(map, "slug", "project");
        Project project = new Project(
                slug,
                map.text("name"),
                map.maps("policies").stream().map(p -> policy(slug, p)).toList());
        map.end();
        return project;
    }

    private Policy policy(String project, YamlMap map) {
        Policy policy = new Policy(
                unique(map, "slug", "policy of project " + project),
                reference(new YamlMap.Text(map.text("key"), map.line("key")), "key"),
                map.value("digest", ConfigurationFile::digest, "sha256, sha384 or sha512", DigestAlgorithm.SHA256),
                references(map.texts("timestampAuthorities"), "timestamp authority"),
                references(map.optionalTexts("secondTimestampAuthorities"), "timestamp authority"),
                references(map.texts("submitters"), "identity"),
                map.number("approvals", 0, MAX_APPROVALS));
        for (String second : policy.secondTimestampAuthorities()) {
            if (policy.timestampAuthorities().contains(second)) {
                document.problem(
                        map.line("secondTimestampAuthorities"),
                        "'" + second + "' may give the first timestamp already, so its second would add nothing",
                        "name authorities that are not among timestampAuthorities");
            }
        }
        map.end();
        return policy;
    }

    private String name(YamlMap map, String entry) {
        return map.value(entry, ConfigurationFile::name, NAME_IN_WORDS, "");
    }

    private String unique(YamlMap map, String entry, String kind) {
        String name = name(map, entry);
        if (!name.isEmpty()
                && !names.computeIfAbsent(kind, k -> new TreeSet<>()).add(name)) {
            document.problem(
                    map.line(entry), "there are two of " + kind + " '" + name + "'", "give one of them another name");
        }
        return name;
    }

    private List<String> references(List<YamlMap.Text> texts, String kind) {
        List<String> found = new ArrayList<>();
        for (YamlMap.Text text : texts) {
            if (found.contains(text.value())) {
                document.problem(text.line(), "'" + text.value() + "' is named twice", "name it once");
            }
            found.add(reference(text, kind));
        }
        return found;
    }

    private String reference(YamlMap.Text text, String kind) {
        Set<String> known = names.getOrDefault(kind, Set.of());
        if (!text.value().isEmpty() && !known.contains(text.value())) {
            document.problem(
                    text.line(),
                    "there is no " + kind + " '" + text.value() + "'",
                    known.isEmpty() ? "declare it" : "declare it, or name one of: " + String.join(", ", known));
        }
        return text.value();
    }

    private Path path(YamlMap map, String entry) {
        return path(new YamlMap.Text(map.text(entry), map.line(entry)));
    }

    private Path path(YamlMap.Text text) {
        try {
            return home.root().resolve(text.value()).normalize();
        } catch (InvalidPathException e) {
            document.problem(
                    text.line(), "not a path: " + e.getReason(), "write a path, relative to the home or absolute");
            return home.root();
        }
    }

    private static URI url(YamlMap map, String entry) {
        return map.value(
                entry, ConfigurationFile::url, "an http:// or https:// address with a host", URI.create("none:none"));
    }

    private static String name(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }

    private static Bytes sha256(String text) {
        Bytes value = Bytes.ofHex(text);
        if (value.size() != DigestAlgorithm.SHA256.size()) {
            throw new IllegalArgumentException(text);
        }
        return value;
    }

    private static DigestAlgorithm digest(String text) {
        return List.of(DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512).stream()
                .filter(a -> a.label().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text));
    }

    private static URI url(String text) {
        URI uri = URI.create(text);
        boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!web
                || Optional.ofNullable(uri.getHost()).orElse("").isEmpty()
                || uri.getRawUserInfo() != null
                || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(text);
        }
        return uri;
    }
}
