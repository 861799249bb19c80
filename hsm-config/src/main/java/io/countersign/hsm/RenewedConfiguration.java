package io.countersign.hsm;

import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.ConfigurationException.Problem;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.yaml.YamlEdit;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * countersign.yaml with more in it.
 *
 * @param values what it says
 */
record RenewedConfiguration(String text, Configuration values) {
    private static final String COMMENT = "Since 'countersign hsm renew':";

    /** What countersign.yaml said of its addresses while nothing was served there. */
    private static final String NOTHING_IS_SERVED = """
            # Where the lab CA's certificates, CRLs and OCSP answers will be said to live (AIA and CDP). Nothing is served there yet, and
            # certificates do not carry it yet; everything verifies offline.
            """;

    private static final String WHAT_IS_SERVED = """
            # Where certificates say that their issuer, its revocation list and OCSP answers are found (AIA and CDP). The timestamp authority
            # serves them, so it is its address. Where it changes, 'countersign hsm renew' makes the certificates anew.
            """;

    /**
     * Adds to a text what it lacks; nothing else changes, in the text or in what it says.
     *
     * @throws ConfigurationException if the text is written in a way in which that cannot be done
     */
    static RenewedConfiguration of(
            Home home, String text, URI baseUrl, List<Configuration.Token> tokens, List<Configuration.Key> keys)
            throws ConfigurationException {
        Configuration before = ConfigurationFile.parse(home, text);
        Configuration wanted = new Configuration(
                before.organization(),
                baseUrl,
                joined(before.tokens(), tokens),
                joined(before.keys(), keys),
                before.timestampAuthorities(),
                before.issuers(),
                before.identities(),
                before.githubApi(),
                before.projects());
        List<List<String>> tokenLines = tokens.stream().map(t -> lines(home, t)).toList();
        List<List<String>> keyLines = keys.stream().map(k -> lines(home, k)).toList();
        try {
            String after = text;
            if (!baseUrl.equals(before.pkiBaseUrl())) {
                after = YamlEdit.replace(after, "pki", "baseUrl", baseUrl.toString())
                        .replace(NOTHING_IS_SERVED, WHAT_IS_SERVED);
            }
            after = tokens.isEmpty() ? after : YamlEdit.append(after, "tokens", COMMENT, tokenLines);
            after = keys.isEmpty() ? after : YamlEdit.append(after, "keys", COMMENT, keyLines);
            if (ConfigurationFile.parse(home, after).equals(wanted)) {
                return new RenewedConfiguration(after, wanted);
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw new ConfigurationException(List.of(new Problem(
                home.configuration(),
                1,
                "it is written in a way in which nothing can be added without you",
                "set pki.baseUrl to " + baseUrl + ", add "
                        + Stream.concat(tokenLines.stream(), keyLines.stream())
                                .map(lines -> "{ " + String.join(", ", lines) + " }")
                                .collect(Collectors.joining(" "))
                        + " to 'tokens' and 'keys', and run this again")));
    }

    private static <T> List<T> joined(List<T> some, List<T> more) {
        List<T> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private static List<String> lines(Home home, Configuration.Token token) {
        return List.of(
                "name: " + token.name(),
                "module: " + quoted(token.module().toString()),
                "label: " + token.label(),
                "pinFile: " + relative(home, token.pinFile()));
    }

    private static List<String> lines(Home home, Configuration.Key key) {
        return List.of(
                "name: " + key.name(),
                "token: " + key.token(),
                "label: " + key.label(),
                key.chain().stream()
                        .map(file -> relative(home, file))
                        .collect(Collectors.joining(", ", "chain: [", "]")));
    }

    private static String relative(Home home, Path file) {
        return home.root().relativize(file).toString();
    }

    /** As YAML has it in single quotes, where a path might look like something else. */
    private static String quoted(String path) {
        return path.matches("[A-Za-z0-9/._-]+") ? path : "'" + path.replace("'", "''") + "'";
    }
}
