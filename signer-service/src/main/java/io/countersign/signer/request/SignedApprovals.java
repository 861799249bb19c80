package io.countersign.signer.request;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.key.Bytes;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.provenance.DsseEnvelope;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Approvals that this service has signed as it took them, with the key that signs its provenance: who was known by which session
 * said yes to which file under which policy. Those whose statement is missing, says something else or is by another key are left
 * out, so that who can write to the store alone approves nothing. Safe for several threads.
 */
public final class SignedApprovals implements Approvals {
    static final String PAYLOAD_TYPE = "application/vnd.countersign.approval+json";

    private static final Logger LOG = Logger.getLogger(SignedApprovals.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Approvals kept;
    private final EvidenceKey key;

    /** Asked each time, since a token may be away for a while. */
    @FunctionalInterface
    public interface EvidenceKey {
        SigningKey get() throws KeyUnavailable;
    }

    public SignedApprovals(Approvals kept, EvidenceKey key) {
        this.kept = kept;
        this.key = key;
    }

    /** @throws StoreUnavailable also if the key cannot be used now */
    @Override
    public void add(Approval approval) {
        try {
            DsseEnvelope statement = DsseEnvelope.sign(PAYLOAD_TYPE, payload(approval), key.get());
            kept.add(approval.withStatement(statement.toJson()));
        } catch (KeyUnavailable e) {
            throw new StoreUnavailable("an approval of " + approval.request() + " cannot be signed", e);
        }
    }

    /** @throws StoreUnavailable also if the key cannot be asked for its certificate */
    @Override
    public List<Approval> of(UUID request) {
        List<Approval> all = kept.of(request);
        if (all.isEmpty()) {
            return all;
        }
        try {
            X509Certificate certificate = key.get().certificate();
            return all.stream().filter(a -> isSigned(a, certificate)).toList();
        } catch (KeyUnavailable e) {
            throw new StoreUnavailable("the approvals of " + request + " cannot be verified", e);
        }
    }

    private static boolean isSigned(Approval approval, X509Certificate certificate) {
        boolean signed = approval.statement()
                .flatMap(DsseEnvelope::parse)
                .filter(e -> e.payloadType().equals(PAYLOAD_TYPE))
                .filter(e -> e.payload().equals(payload(approval)))
                .filter(e -> e.isSignedBy(certificate))
                .isPresent();
        if (!signed) {
            LOG.errorf(
                    "an approval of %s does not count: this service's evidence key has not signed it. It was given before a change"
                            + " of that key, or something else writes to the database",
                    approval.request());
        }
        return signed;
    }

    /** {@code {"request", "approver", "session", "at", "artifactSha256", "policySha256"}}, in this order. */
    private static Bytes payload(Approval approval) {
        return Bytes.of(JSON.createObjectNode()
                .put("request", approval.request().toString())
                .put("approver", approval.approver())
                .put("session", approval.session())
                .put("at", approval.at().toString())
                .put("artifactSha256", approval.artifact().value().hex())
                .put("policySha256", approval.policy().value().hex())
                .toString()
                .getBytes(StandardCharsets.UTF_8));
    }
}
