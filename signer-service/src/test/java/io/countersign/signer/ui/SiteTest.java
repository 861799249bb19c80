package io.countersign.signer.ui;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.core.NewCookie;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteTest {
    @ParameterizedTest
    @CsvSource({
        "https://Sign.Example, https://sign.example, true",
        "https://sign.example:443, https://sign.example, true",
        "https://sign.example:8443/countersign, https://sign.example:8443, true",
        "http://sign.example, http://sign.example, false",
        "http://127.0.0.1:8317, http://127.0.0.1:8317, true",
        "http://[::1]:8317, http://[::1]:8317, true",
        "http://localhost:80, http://localhost, true",
        "http://127.0.0.1.evil.example, http://127.0.0.1.evil.example, false"
    })
    void anOriginIsWrittenAsBrowsersDoAndIsProtectedOrNot(String base, String origin, boolean isProtected) {
        Site site = new Site(URI.create(base));
        assertThat(site.origin()).isEqualTo(origin);
        assertThat(site.isProtected()).isEqualTo(isProtected);
    }

    @Test
    void overHttpsACookieIsThisHostsAlone() {
        NewCookie cookie = new Cookies(new Site(URI.create("https://sign.example")))
                .of(Cookies.SESSION, "secret", Duration.ofHours(8));
        assertThat(cookie.getName()).isEqualTo("__Host-countersign-session");
        assertThat(cookie.isSecure()).isTrue();
        assertThat(cookie.isHttpOnly()).isTrue();
        assertThat(cookie.getPath()).isEqualTo("/");
        assertThat(cookie.getDomain()).isNull();
        assertThat(cookie.getSameSite()).isEqualTo(NewCookie.SameSite.LAX);
        assertThat(cookie.getMaxAge()).isEqualTo(8 * 60 * 60);
    }

    @Test
    void onThisMachineACookieHasNoPrefixThatBrowsersWouldRefuse() {
        NewCookie cookie = new Cookies(new Site(URI.create("http://127.0.0.1:8317")))
                .of(Cookies.SESSION, "secret", Duration.ofHours(8));
        assertThat(cookie.getName()).isEqualTo("countersign-session");
        assertThat(cookie.isSecure()).isFalse();
        assertThat(cookie.isHttpOnly()).isTrue();
    }
}
