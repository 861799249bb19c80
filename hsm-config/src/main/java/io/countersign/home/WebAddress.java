package io.countersign.home;

import io.countersign.yaml.YamlMap;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/** Addresses, as countersign.yaml has them: with a host, and without a password or a fragment. */
public final class WebAddress {
    static final String GUARDED_IN_WORDS =
            "an https:// address with a host (http:// only of 127.0.0.1, [::1] or localhost)";

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]", "localhost");

    private WebAddress() {}

    /** A required address; a placeholder after a problem. */
    static URI read(YamlMap map, String entry) {
        return map.value(
                entry, WebAddress::plain, "an http:// or https:// address with a host", URI.create("none:none"));
    }

    /** What keys and secrets are entrusted to. */
    static URI guarded(String text) {
        URI uri = plain(text);
        if (!isGuarded(uri)) {
            throw new IllegalArgumentException(text);
        }
        return uri;
    }

    /** Whether keys and secrets may go there: https, or http that stays on this machine. */
    public static boolean isGuarded(URI uri) {
        return "https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && isLoopback(uri.getHost()));
    }

    /** Whether a host, as a URI has it and in lower case, is this machine; null is none. */
    public static boolean isLoopback(String host) {
        return host != null && LOOPBACK.contains(host);
    }

    static URI plain(String text) {
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
