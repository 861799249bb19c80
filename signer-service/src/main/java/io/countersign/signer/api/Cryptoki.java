package io.countersign.signer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Project;
import io.countersign.home.Policy;
import io.countersign.key.KeyUnavailable;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.PolicyResources;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** What a PKCS#11 or CNG provider asks before it has digests signed. */
@Path("/v1/{organization}/Cryptoki")
@Produces(MediaType.APPLICATION_JSON)
class Cryptoki {
    private final Supplier<Configuration> configuration;
    private final RequestLookup lookup;
    private final PolicyResources resources;

    Cryptoki(Supplier<Configuration> configuration, RequestLookup lookup, PolicyResources resources) {
        this.configuration = configuration;
        this.lookup = lookup;
        this.resources = resources;
    }

    /**
     * A policy that signs digests for the caller.
     *
     * @param keyId what SignPath's providers call the key
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record HashPolicy(
            String signingPolicyId,
            String projectSlug,
            String signingPolicySlug,
            String keyId,
            Optional<RsaParameters> rsaParameters,
            String x509Certificate) {
        /** Big-endian, in Base64. */
        record RsaParameters(String modulus, String exponent) {}
    }

    /** All of them. */
    record HashPolicies(List<HashPolicy> signingPolicies) {}

    @GET
    @Path("MySigningPolicies")
    public HashPolicies mySigningPolicies(
            @PathParam("organization") String organization, @Context ContainerRequestContext context)
            throws KeyUnavailable {
        lookup.requireOrganization(organization);
        Caller caller = Authentication.callerOf(context);
        List<HashPolicy> policies = new ArrayList<>();
        for (Project project : configuration.get().projects()) {
            for (Policy policy : project.policies()) {
                boolean usable = policy.hashSigning()
                        && policy.submitters().contains(caller.name())
                        && caller.scope()
                                .map(s -> s.covers(project.slug(), policy.slug()))
                                .orElse(true);
                if (usable) {
                    policies.add(shown(project, policy));
                }
            }
        }
        return new HashPolicies(policies);
    }

    private HashPolicy shown(Project project, Policy policy) throws KeyUnavailable {
        X509Certificate certificate = resources.chain(policy).get(0);
        String keyId = project.slug() + "/" + policy.slug();
        UUID organization = configuration.get().organization().id();
        return new HashPolicy(
                UUID.nameUUIDFromBytes((organization + "/" + keyId).getBytes(StandardCharsets.UTF_8))
                        .toString(),
                project.slug(),
                policy.slug(),
                keyId,
                certificate.getPublicKey() instanceof RSAPublicKey rsa
                        ? Optional.of(new HashPolicy.RsaParameters(
                                base64(rsa.getModulus().toByteArray()),
                                base64(rsa.getPublicExponent().toByteArray())))
                        : Optional.empty(),
                base64(der(certificate)));
    }

    /** A sign octet is none of the number. */
    private static String base64(byte[] octets) {
        return Base64.getEncoder()
                .encodeToString(
                        octets.length > 1 && octets[0] == 0 ? Arrays.copyOfRange(octets, 1, octets.length) : octets);
    }

    static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read cannot be written", e);
        }
    }
}
