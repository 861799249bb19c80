package io.countersign.policy;

import io.countersign.yaml.YamlDocument;
import io.countersign.yaml.YamlMap;
import java.util.ArrayList;
import java.util.List;

/**
 * What a repository itself demands of its builds, in {@code .signpath/policies/PROJECT/POLICY.yml}: it may ask for more than
 * countersign.yaml, never for less. Of SignPath's format
 * (https://docs.signpath.io/trusted-build-systems/github#checks-performed-by-signpath) the parts that can be checked here are
 * read, and a file with any other is refused: who wrote it relies on it.
 *
 * @param githubHostedOnly {@code runners.require_github_hosted}
 * @param reruns whether repeated runs may be signed, the contrary of {@code build.disallow_reruns}
 */
public record RepositoryPolicy(boolean githubHostedOnly, boolean reruns) {
    private static final String CANNOT = "remove it from the file: what it demands cannot be checked here";

    /** The result of reading: what is wrong with the text, or what it demands. */
    public record Read(RepositoryPolicy policy, List<YamlDocument.Problem> problems) {
        public Read {
            problems = List.copyOf(problems);
        }
    }

    /** The path of a policy's file within its repository. */
    public static String path(String project, String policy) {
        return ".signpath/policies/" + project + "/" + policy + ".yml";
    }

    /** Reads the text; the policy may be used only if there are no problems. */
    public static Read read(String text) {
        YamlDocument document = YamlDocument.of(text);
        YamlMap github = document.root().map("github-policies");
        boolean hosted = false;
        boolean reruns = true;
        if (github.has("runners")) {
            YamlMap runners = github.map("runners");
            hosted = runners.flag("require_github_hosted", false);
            refuse(document, runners, "allowed_groups");
            runners.end();
        }
        if (github.has("build")) {
            YamlMap build = github.map("build");
            reruns = !build.flag("disallow_reruns", false);
            build.end();
        }
        refuse(document, github, "branch_rulesets");
        github.end();
        document.root().end();
        return new Read(new RepositoryPolicy(hosted, reruns), document.problems());
    }

    private static void refuse(YamlDocument document, YamlMap map, String name) {
        if (map.has(name)) {
            map.known(name);
            document.problem(map.line(name), "'" + name + "' is not supported", CANNOT);
        }
    }

    /** What of it a build does not meet. */
    public List<Violation> violations(Origin origin) {
        List<Violation> violations = new ArrayList<>();
        if (githubHostedOnly && !origin.runner().equals("github-hosted")) {
            violations.add(new Violation(
                    RuleId.ORIGIN_RUNNER,
                    "the repository's own policy wants GitHub-hosted runners, and the build ran on "
                            + (origin.runner().isEmpty() ? "nobody says what" : origin.runner()),
                    "build it there, or change the repository's policy file"));
        }
        if (!reruns && origin.runAttempt() != 1) {
            violations.add(new Violation(
                    RuleId.ORIGIN_FIRST_RUN,
                    "the repository's own policy allows no repeated runs, and this is attempt " + origin.runAttempt(),
                    "start the build anew instead of running it again"));
        }
        return violations;
    }
}
