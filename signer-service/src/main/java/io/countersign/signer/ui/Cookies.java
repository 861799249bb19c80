package io.countersign.signer.ui;

import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.NewCookie;
import java.time.Duration;
import java.util.Optional;

/**
 * Cookies that no script reads and no form of another site brings along. Over https their names begin with {@code __Host-}: then nobody
 * but this very host can have set them, not even a neighbour in its domain (draft-ietf-httpbis-rfc6265bis section 4.1.3.2).
 */
record Cookies(Site site) {
    static final String SESSION = "countersign-session";

    /**
     * A sign-in under way. On the path of the callback alone it could not bear the prefix, and a neighbour could plant one, to have
     * somebody signed in as somebody else.
     */
    static final String SIGN_IN = "countersign-sign-in";

    Optional<String> read(HttpHeaders headers, String name) {
        return Optional.ofNullable(headers.getCookies().get(named(name))).map(Cookie::getValue);
    }

    NewCookie of(String name, String value, Duration life) {
        return new NewCookie.Builder(named(name))
                .value(value)
                .path("/")
                .maxAge((int) life.toSeconds())
                .httpOnly(true)
                .secure(site.isHttps())
                // Lax, not Strict: who comes back from an issuer is to have it.
                .sameSite(NewCookie.SameSite.LAX)
                .build();
    }

    NewCookie none(String name) {
        return of(name, "", Duration.ZERO);
    }

    private String named(String name) {
        return site.isHttps() ? "__Host-" + name : name;
    }
}
