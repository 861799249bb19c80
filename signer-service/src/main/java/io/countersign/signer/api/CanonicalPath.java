package io.countersign.signer.api;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The spelling of an address that resources are found under: clients of SignPath write the words of its API in any case, and begin
 * with {@code /API}. Organizations and ids stay as they are, and so does what has other characters than these words.
 */
final class CanonicalPath {
    private static final Map<String, String> WORDS = Stream.of(
                    "v1",
                    "v1-pre",
                    "github",
                    "SignHash",
                    "Cryptoki",
                    "MySigningPolicies",
                    "Certificates",
                    "X509Certificate",
                    "AuditLog",
                    "Events",
                    "SigningRequestEvents",
                    "ApiTokens",
                    "Revoke",
                    "Webhooks",
                    "Deliveries",
                    "Replay",
                    "SigningRequests",
                    "SubmitWithArtifact",
                    "SubmitWithoutArtifact",
                    "UploadUnsignedArtifact",
                    "Resubmit",
                    "Approvals",
                    "Approve",
                    "Deny",
                    "Cancel",
                    "Status",
                    "SignedArtifact",
                    "UnsignedArtifact",
                    "Provenance")
            .collect(Collectors.toUnmodifiableMap(w -> w.toLowerCase(Locale.ROOT), Function.identity()));

    private CanonicalPath() {}

    /** Whether the path begins with SignPath's {@code /API}. */
    static boolean isSignPaths(String raw) {
        return raw.regionMatches(true, 0, "/API/v1/", 0, "/API/v1/".length())
                || raw.regionMatches(true, 0, "/API/v1-pre/", 0, "/API/v1-pre/".length());
    }

    /** @param raw as it came, percent-encoding and all */
    static String of(String raw) {
        List<String> parts = List.of((isSignPaths(raw) ? raw.substring("/API".length()) : raw).split("/", -1));
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            boolean organization = i == 2;
            String word = parts.get(i);
            path.append(i == 0 ? "" : "/")
                    .append(organization ? word : WORDS.getOrDefault(word.toLowerCase(Locale.ROOT), word));
        }
        return path.toString();
    }
}
