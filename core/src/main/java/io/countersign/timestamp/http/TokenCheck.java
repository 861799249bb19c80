package io.countersign.timestamp.http;

import io.countersign.timestamp.MalformedTimestamp;
import io.countersign.timestamp.TimestampRequest;
import io.countersign.timestamp.TimestampToken;
import java.util.Optional;

/** What a client checks of a token before it uses it (RFC 3161 section 2.4.2), but for trust in the TSA's chain. */
final class TokenCheck {
    /** Why a token is not an answer to the request; completes the sentence "a token …". */
    static final class Objection extends Exception {
        private static final long serialVersionUID = 1;

        private Objection(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private TokenCheck() {}

    static void requireAnswer(TimestampRequest request, TimestampToken token) throws Objection {
        requireSameImprint(request, token);
        requireSameNonce(request, token);
        requireOwnSignature(token);
    }

    private static void requireSameImprint(TimestampRequest request, TimestampToken token) throws Objection {
        if (!token.imprint().equals(Optional.of(request.imprint()))) {
            throw new Objection(
                    "over another digest (sent " + request.imprint() + ", received "
                            + token.imprint().map(Object::toString).orElse("one of an unknown algorithm") + ")",
                    null);
        }
    }

    private static void requireSameNonce(TimestampRequest request, TimestampToken token) throws Objection {
        if (!token.nonce().equals(request.nonce())) {
            throw new Objection("without the nonce of this request, so it may be an old one replayed", null);
        }
    }

    private static void requireOwnSignature(TimestampToken token) throws Objection {
        if (token.signerCertificate().isEmpty()) {
            throw new Objection("without its signer's certificate, though that was asked for", null);
        }
        try {
            token.requireOwnSignature();
        } catch (MalformedTimestamp e) {
            throw new Objection("that its own certificate does not verify (" + e.getMessage() + ")", e);
        }
    }
}
