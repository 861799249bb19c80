package io.countersign.signer.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.key.KeyUnavailable;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.pipeline.HashSigning;
import io.countersign.signer.pipeline.HashSigning.Signed;
import io.countersign.signer.pipeline.Intake;
import io.countersign.signer.pipeline.Intake.SubmissionRefused;
import io.countersign.signer.pipeline.UnfitHash;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.math.BigInteger;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

/** Signing of digests, for callers who make the signed file themselves. */
@Path("/v1/{organization}/SigningRequests")
@Produces(MediaType.APPLICATION_JSON)
class HashRequests {
    private final RequestLookup lookup;
    private final HashSigning signing;
    private final Intake intake;

    HashRequests(RequestLookup lookup, HashSigning signing, Intake intake) {
        this.lookup = lookup;
        this.signing = signing;
        this.intake = intake;
    }

    /** The payload comes back with its signature. */
    @POST
    @Path("SignHash")
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.MULTIPART_FORM_DATA,
                            schema = @Schema(implementation = FormSchema.Hash.class)))
    public ObjectNode signHash(
            @PathParam("organization") String organization,
            MultipartFormDataInput input,
            @Context ContainerRequestContext context)
            throws SubmissionRefused, UnfitHash, KeyUnavailable, IOException {
        Caller caller = Authentication.callerOf(context);
        HashForm form;
        try {
            lookup.requireOrganization(organization);
            form = HashForm.read(input);
        } catch (Problem.Refusal e) {
            intake.refuse(caller, e.getMessage());
            throw e;
        }
        Signed signed =
                signing.sign(caller, form.projectSlug(), form.signingPolicySlug(), form.digest(), form.keyAlgorithm());
        byte[] octets = signed.octets().toByteArray();
        byte[] signature = form.ieee() ? ieee(octets, (ECPublicKey) signed.key()) : octets;
        return form.payload().put("Signature", Base64.getEncoder().encodeToString(signature));
    }

    /** IEEE P1363: r and s, each as long as the group's order. */
    static byte[] ieee(byte[] der, ECPublicKey key) throws IOException {
        BigInteger order = key.getParams().getOrder();
        BigInteger[] numbers = StandardDSAEncoding.INSTANCE.decode(order, der);
        return PlainDSAEncoding.INSTANCE.encode(order, numbers[0], numbers[1]);
    }
}
