package io.countersign.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A document whose links lead nowhere has stopped being true. */
class LinkTest {
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern ELSEWHERE = Pattern.compile("(?i)[a-z][a-z0-9+.-]*:.*");

    @Test
    void everyRelativeLinkInADocumentLeadsToAFile() throws IOException {
        List<Path> documents = Repository.files(p -> p.toString().endsWith(".md"));
        List<String> dead = new ArrayList<>();
        for (Path document : documents) {
            for (String target : relativeLinks(Files.readString(document))) {
                if (!Files.exists(document.resolveSibling(target).normalize())) {
                    dead.add(Repository.ROOT.relativize(document) + " -> " + target);
                }
            }
        }
        assertThat(documents).isNotEmpty();
        assertThat(dead).as("links to files that are not there").isEmpty();
    }

    private static List<String> relativeLinks(String markdown) {
        String prose = markdown.replaceAll("(?ms)^```.*?^```", "").replaceAll("`[^`\\n]*`", "");
        return LINK.matcher(prose)
                .results()
                .map((MatchResult link) -> link.group(1).replaceFirst("#.*", ""))
                .filter(target ->
                        !target.isEmpty() && !ELSEWHERE.matcher(target).matches())
                .toList();
    }
}
