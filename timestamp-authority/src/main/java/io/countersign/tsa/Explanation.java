package io.countersign.tsa;

import io.countersign.timestamp.TimestampPolicy;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a person is told who opens the authority's address.
 *
 * @param clock its state in words
 * @param end when the key must stop
 */
record Explanation(String name, URI url, TimestampPolicy policy, String clock, Instant end, boolean lab) {
    private static final String WHAT =
            "This is an RFC 3161 timestamp authority, part of Countersign. Programs send it a digest (POST, "
                    + TimestampResource.QUERY + ") and get a signed time back.";
    private static final String CAVEAT = "A LAB authority is trusted by nobody until someone installs its root.";

    private Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Authority", name);
        facts.put("Policies", String.join(", ", policy.accepted()));
        facts.put("Accuracy", policy.accuracy().toMillis() + " ms");
        facts.put(
                "Digests",
                policy.digests().stream().map(d -> d.jcaName()).sorted().collect(Collectors.joining(", ")));
        facts.put("Clock", clock);
        facts.put("Signs until", end.truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put("Certificates", "GET /certchain (PEM, root last)");
        facts.put("Health and metrics", "GET /q/health, /q/metrics");
        if (lab) {
            facts.put("LAB", "deliberately bad answers are served under /lab/");
        }
        return facts;
    }

    private String trial() {
        return """
                openssl ts -query -data FILE -sha256 -cert -out query.tsq
                curl -s -H 'Content-Type: %s' --data-binary @query.tsq -o reply.tsr %s
                openssl ts -reply -in reply.tsr -text
                """.formatted(TimestampResource.QUERY, url);
    }

    String text() {
        String facts = facts().entrySet().stream()
                .map(f -> f.getKey() + ": " + f.getValue() + "\n")
                .collect(Collectors.joining());
        return WHAT + "\n\n" + facts + "\nTry it:\n" + trial().indent(2) + "\n" + CAVEAT + "\n";
    }

    String html() {
        String facts = facts().entrySet().stream()
                .map(f -> "<dt>" + f.getKey() + "</dt><dd>" + escaped(f.getValue()) + "</dd>\n")
                .collect(Collectors.joining());
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Timestamp authority %s</title></head>
                <body>
                <h1>Timestamp authority %s</h1>
                <p>%s</p>
                <dl>
                %s</dl>
                <h2>Try it</h2>
                <pre>%s</pre>
                <p>%s</p>
                </body>
                </html>
                """.formatted(escaped(name), escaped(name), WHAT, facts, escaped(trial()), CAVEAT);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
