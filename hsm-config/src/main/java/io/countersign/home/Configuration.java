package io.countersign.home;

import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
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
 */
public record Configuration(
        Organization organization,
        URI pkiBaseUrl,
        List<Token> tokens,
        List<Key> keys,
        List<TimestampAuthority> timestampAuthorities,
        List<Identity> identities,
        List<Project> projects) {

    public Configuration {
        tokens = List.copyOf(tokens);
        keys = List.copyOf(keys);
        timestampAuthorities = List.copyOf(timestampAuthorities);
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
     * Somebody who may call the API.
     *
     * @param tokenSha256 the SHA-256 of the bearer token; the token itself is not kept here
     */
    public record Identity(String name, Bytes tokenSha256) {}

    public record Project(String slug, String name, List<Policy> policies) {
        public Project {
            policies = List.copyOf(policies);
        }

        public Optional<Policy> policy(String slug) {
            return policies.stream().filter(p -> p.slug().equals(slug)).findFirst();
        }
    }

    /**
     * A signing policy.
     *
     * @param key the {@link Key} it signs with
     * @param timestampAuthorities tried in order; never empty
     * @param secondTimestampAuthorities tried in order for a second token, beside the file; empty if none is wanted
     * @param submitters names of {@link Identity}s
     * @param approvals how many approvals a request needs
     */
    public record Policy(
            String slug,
            String key,
            DigestAlgorithm digest,
            List<String> timestampAuthorities,
            List<String> secondTimestampAuthorities,
            List<String> submitters,
            int approvals) {
        public Policy {
            timestampAuthorities = List.copyOf(timestampAuthorities);
            secondTimestampAuthorities = List.copyOf(secondTimestampAuthorities);
            submitters = List.copyOf(submitters);
        }
    }

    public Optional<Token> token(String name) {
        return tokens.stream().filter(t -> t.name().equals(name)).findFirst();
    }

    public Optional<Key> key(String name) {
        return keys.stream().filter(k -> k.name().equals(name)).findFirst();
    }

    public Optional<TimestampAuthority> timestampAuthority(String name) {
        return timestampAuthorities.stream().filter(t -> t.name().equals(name)).findFirst();
    }

    public Optional<Project> project(String slug) {
        return projects.stream().filter(p -> p.slug().equals(slug)).findFirst();
    }
}
