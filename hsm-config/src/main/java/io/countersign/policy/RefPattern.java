package io.countersign.policy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Matches names with slashes in them: one asterisk stands for anything without a slash, two for anything. */
final class RefPattern {
    private static final Pattern STARS = Pattern.compile("(\\*{1,2})|[^*]+");

    private RefPattern() {}

    static boolean matches(String pattern, String name) {
        String expression = STARS.matcher(pattern)
                .replaceAll(part -> Matcher.quoteReplacement(
                        switch (part.group()) {
                            case "*" -> "[^/]*";
                            case "**" -> ".*";
                            default -> Pattern.quote(part.group());
                        }));
        return Pattern.compile(expression, Pattern.DOTALL).matcher(name).matches();
    }
}
