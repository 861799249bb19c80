package io.countersign.home;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * {@code countersign.yaml} as values: complete and consistent, since reading refuses anything else. Every name that refers to
 * another entry refers to one that exists.
 *
 * @param pkiBaseUrl where the lab CA's certificates, CRLs and OCSP are said to live (AIA and CDP); fixed when the home is made
 * @param githubApi the base of GitHub's REST API; empty where nobody submits through the connector
 */
public record Configuration(
        Organization organization,
        URI pkiBaseUrl,
        List<Token> tokens,
        List<Key> keys,
        List<TimestampAuthority> timestampAuthorities,
        List<Issuer> issuers,
        List<Identity> identities,
        Optional<URI> githubApi,
        List<Project> projects) {

    public Configuration {
        tokens = List.copyOf(tokens);
        keys = List.copyOf(keys);
        timestampAuthorities = List.copyOf(timestampAuthorities);
        issuers = List.copyOf(issuers);
        identities = List.copyOf(identities);
        projects = List.copyOf(projects);
    }

    /** Who this installation signs for; the API takes the slug or the id. */
    public record Organization(String slug, UUID id, String name) {}

    /**
     * A PKCS#11 token.
     *
     * @param module the PKCS#11 shared library
     * @param label the token's label, CK_TOKEN_INFO.label
     * @param pinFile the user PIN on its first line; absolute
     */
    public record Token(String name, Path module, String label, Path pinFile) {}

    /**
     * A private key in a token, found by its label.
     *
     * @param chain PEM files, leaf first, root last; absolute
     * @param local true if the command line may sign with it outside the pipeline (test signing)
     */
    public record Key(String name, String token, String label, List<Path> chain, boolean local) {
        public Key {
            chain = List.copyOf(chain);
        }
    }

    /**
     * A TSA.
     *
     * @param url where the signer reaches it
     * @param key the key of our own authority, which the command line may run in its own process; empty for somebody else's
     * @param requestsPerMinute how often a process may ask it over HTTP; empty for no limit
     * @param serving how our own is served; of no meaning for somebody else's
     */
    public record TimestampAuthority(
            String name, URI url, Optional<String> key, OptionalInt requestsPerMinute, TimestampServing serving) {}

    /**
     * What belongs together: its sources and the policies its files are signed under.
     *
     * @param repository where its sources are; what a verified origin has to name
     * @param webhooks who is told when a request of it ends
     */
    public record Project(
            String slug, String name, Optional<Repository> repository, List<Webhook> webhooks, List<Policy> policies) {
        public Project {
            webhooks = List.copyOf(webhooks);
            policies = List.copyOf(policies);
        }

        public Optional<Policy> policy(String slug) {
            return policies.stream().filter(p -> p.slug().equals(slug)).findFirst();
        }
    }

    /**
     * A source repository, known by the number its host gave it: names change hands.
     *
     * @param ownerId the number of its owner, where that is to be held fast too
     * @param vouchers who is believed about it: names of {@link Issuer}s, or {@link #GITHUB_API}; never empty
     */
    public record Repository(URI url, String id, Optional<String> ownerId, List<String> vouchers) {
        /** GitHub's REST API as the connector asks it. */
        public static final String GITHUB_API = "github-api";

        public Repository {
            vouchers = List.copyOf(vouchers);
        }
    }

    /**
     * Where the end of a request is told.
     *
     * @param secretFile the key of the HMAC over what is sent, on its first line; absolute
     */
    public record Webhook(URI url, Path secretFile) {}

    public Optional<Token> token(String name) {
        return tokens.stream().filter(t -> t.name().equals(name)).findFirst();
    }

    public Optional<Key> key(String name) {
        return keys.stream().filter(k -> k.name().equals(name)).findFirst();
    }

    public Optional<TimestampAuthority> timestampAuthority(String name) {
        return timestampAuthorities.stream().filter(t -> t.name().equals(name)).findFirst();
    }

    public Optional<Issuer> issuer(String name) {
        return issuers.stream().filter(i -> i.name().equals(name)).findFirst();
    }

    public Optional<Identity> identity(String name) {
        return identities.stream().filter(i -> i.name().equals(name)).findFirst();
    }

    public Optional<Project> project(String slug) {
        return projects.stream().filter(p -> p.slug().equals(slug)).findFirst();
    }
}
