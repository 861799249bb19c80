package io.countersign.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;

/** The list of verbs in {@code --help}, by what one wants to do rather than by name. */
final class GroupedCommands implements IHelpSectionRenderer {

    private static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        groups.put("Try it", List.of("demo", "up", "lab"));
        groups.put(
                "Sign", List.of("sign", "submit", "timestamp", "strip", "digest", "sign-digest", "attach", "formats"));
        groups.put("Check", List.of("verify", "explain", "rules", "diff", "verify-provenance"));
        groups.put("Driver packages", List.of("catalog"));
        groups.put("Policy", List.of("policy", "token"));
        groups.put("Keys and trust", List.of("hsm", "ca", "trust"));
        return groups;
    }

    @Override
    public String render(Help help) {
        StringBuilder text = new StringBuilder();
        groups().forEach((title, verbs) -> {
            text.append("%n%s:%n".formatted(title));
            verbs.forEach(verb -> text.append("  %-18s %s%n".formatted(verb, summary(help, verb))));
        });
        return text.toString();
    }

    private static String summary(Help help, String verb) {
        CommandLine command = help.commandSpec().subcommands().get(verb);
        return command.getCommandSpec().usageMessage().description()[0];
    }
}
