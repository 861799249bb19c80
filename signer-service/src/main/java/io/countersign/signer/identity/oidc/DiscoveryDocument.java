package io.countersign.signer.identity.oidc;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jose.util.ResourceRetriever;
import io.countersign.home.Issuer;
import io.countersign.home.WebAddress;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an issuer publishes of itself (OpenID Connect Discovery 1.0 section 4). The addresses in it are used for keys and secrets, so
 * they are https, or of this machine.
 */
final class DiscoveryDocument {
    private final Map<String, Object> members;

    private DiscoveryDocument(Map<String, Object> members) {
        this.members = members;
    }

    /** @throws IOException if it cannot be had, is no JSON object, or is another issuer's */
    static DiscoveryDocument of(Issuer issuer, ResourceRetriever retriever) throws IOException {
        String base = issuer.url().toString().replaceAll("/+$", "");
        try {
            Map<String, Object> members = JSONObjectUtils.parse(retriever
                    .retrieveResource(URI.create(base + "/.well-known/openid-configuration")
                            .toURL())
                    .getContent());
            String said = JSONObjectUtils.getString(members, "issuer");
            // Section 4.3: MUST be identical.
            if (!issuer.url().toString().equals(said)) {
                throw new IOException("its discovery document is that of " + said);
            }
            return new DiscoveryDocument(members);
        } catch (ParseException | IllegalArgumentException e) {
            throw new IOException("its discovery document cannot be read: " + e.getMessage(), e);
        }
    }

    /** @throws IOException if there is none, or it is neither https nor of this machine */
    URI address(String name) throws IOException {
        try {
            String text = JSONObjectUtils.getString(members, name);
            if (text == null) {
                throw new IOException("its discovery document has no " + name);
            }
            URI uri = URI.create(text);
            if (!WebAddress.isGuarded(uri)) {
                throw new IOException("its " + name + " " + uri + " is not https");
            }
            return uri;
        } catch (ParseException | IllegalArgumentException e) {
            throw new IOException("its " + name + " is no address: " + e.getMessage(), e);
        }
    }

    boolean says(String name) {
        return Boolean.TRUE.equals(members.get(name));
    }

    /** Empty if there is no such list. */
    Optional<List<String>> texts(String name) throws IOException {
        try {
            return Optional.ofNullable(JSONObjectUtils.getStringList(members, name));
        } catch (ParseException e) {
            throw new IOException("its " + name + " is no list of texts", e);
        }
    }
}
