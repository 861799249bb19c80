package io.countersign.signer.ui;

import io.countersign.home.WebAddress;
import io.countersign.signer.api.PublicUrl;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a browser finds the pages: at the public URL, and where none is configured at the address it asked for.
 *
 * @param base without a slash at the end
 */
record Site(URI base) {
    static Site of(PublicUrl publicUrl, UriInfo asked) {
        URI base = publicUrl.base().orElseGet(asked::getBaseUri);
        return new Site(URI.create(base.toString().replaceAll("/+$", "")));
    }

    boolean isHttps() {
        return "https".equalsIgnoreCase(base.getScheme());
    }

    /** Whether cookies do not cross a network in the clear. */
    boolean isProtected() {
        return isHttps() || WebAddress.isLoopback(host());
    }

    /** As browsers write it (RFC 6454 section 6.2): without the usual port. */
    String origin() {
        int usual = isHttps() ? 443 : 80;
        String port = base.getPort() < 0 || base.getPort() == usual ? "" : ":" + base.getPort();
        return base.getScheme().toLowerCase(Locale.ROOT) + "://" + host() + port;
    }

    private String host() {
        return Optional.ofNullable(base.getHost()).orElse("").toLowerCase(Locale.ROOT);
    }

    /** What stands before our paths in links; public for templates. */
    public String root() {
        return base.getRawPath();
    }

    /** The same, whole. */
    URI address(String path) {
        return URI.create(base + path);
    }
}
