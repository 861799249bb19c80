package io.countersign.home;

import io.countersign.home.Configuration.Organization;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Configuration.TimestampAuthority;
import io.countersign.home.Configuration.Token;
import io.countersign.home.ConfigurationException.Problem;
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
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads countersign.yaml. Paths in it are relative to the home unless absolute. It is refused as a whole where anything in it
 * is unknown, missing, doubled, of the wrong kind, or names an entry that does not exist. The files it names are not opened
 * here: a process that uses one token need not see the PIN of the others.
 */
public final class ConfigurationFile {
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_REQUESTS_PER_MINUTE = 1_000_000;

    private final Home home;
    private final YamlDocument document;
    private final Names names;

    private ConfigurationFile(Home home, String text) {
        this.home = home;
        this.document = YamlDocument.of(text);
        this.names = new Names(document);
    }

    /**
     * Reads the configuration of a home.
     *
     * @throws ConfigurationException with every problem at once; also where the file is missing or cannot be read
     */
    public static Configuration read(Home home) throws ConfigurationException {
        return read(home, home.configuration());
    }

    /**
     * The same of a file that is not in its place, or not yet; paths in it are relative to the home all the same.
     *
     * @throws ConfigurationException with every problem at once; also where the file is missing or cannot be read
     */
    public static Configuration read(Home home, Path file) throws ConfigurationException {
        return parse(home, file, text(file));
    }

    /**
     * The same of a text.
     *
     * @throws ConfigurationException with every problem at once
     */
    public static Configuration parse(Home home, String text) throws ConfigurationException {
        return parse(home, home.configuration(), text);
    }

    private static Configuration parse(Home home, Path shownAs, String text) throws ConfigurationException {
        ConfigurationFile file = new ConfigurationFile(home, text);
        Configuration configuration = file.configuration(file.document.root());
        List<Problem> problems = file.document.problems().stream()
                .map(p -> new Problem(shownAs, p.line(), p.message(), p.remedy()))
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
        return text(home.configuration());
    }

    private static String text(Path file) throws ConfigurationException {
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
        URI pkiBaseUrl = WebAddress.read(pki, "baseUrl");
        pki.end();
        List<Token> tokens = root.maps("tokens").stream().map(this::token).toList();
        List<Configuration.Key> keys = root.maps("keys").stream().map(this::key).toList();
        List<TimestampAuthority> authorities = root.maps("timestampAuthorities").stream()
                .map(this::timestampAuthority)
                .toList();
        IdentitiesSection who = new IdentitiesSection(document, names, this::path);
        List<Issuer> issuers = who.issuers(root);
        List<Identity> identities = who.identities(root);
        Optional<URI> githubApi = root.optionalValue("githubApi", WebAddress::guarded, WebAddress.GUARDED_IN_WORDS);
        PolicySection policies = new PolicySection(document, names);
        List<Project> projects = root.maps("projects").stream()
                .map(new ProjectSection(document, names, policies, this::path)::read)
                .toList();
        root.end();
        return new Configuration(
                organization, pkiBaseUrl, tokens, keys, authorities, issuers, identities, githubApi, projects);
    }

    private Organization organization(YamlMap map) {
        Organization organization = new Organization(
                names.name(map, "slug"), map.value("id", UUID::fromString, "a UUID", new UUID(0, 0)), map.text("name"));
        map.end();
        return organization;
    }

    private Token token(YamlMap map) {
        Token token = new Token(
                names.unique(map, "name", "token"), path(map, "module"), map.text("label"), path(map, "pinFile"));
        map.end();
        return token;
    }

    private Configuration.Key key(YamlMap map) {
        Configuration.Key key = new Configuration.Key(
                names.unique(map, "name", "key"),
                names.reference(map, "token", "token"),
                map.text("label"),
                map.texts("chain").stream().map(this::path).toList(),
                map.flag("local", false));
        map.end();
        return key;
    }

    private TimestampAuthority timestampAuthority(YamlMap map) {
        TimestampAuthority authority = new TimestampAuthority(
                names.unique(map, "name", "timestamp authority"),
                WebAddress.read(map, "url"),
                names.optionalReference(map, "key", "key"),
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
}
