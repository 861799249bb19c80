package io.countersign.sign;

import io.countersign.key.Digest;
import io.countersign.timestamp.Timestamped;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What signing did, as measured on both files.
 *
 * @param input SHA-256 of the submitted file
 * @param output SHA-256 of the signed file as written, if it was wanted
 * @param imageDigestBefore the Authenticode digest of the submitted file
 * @param imageDigestAfter the same of the signed file as written, always equal
 * @param chain of the key, leaf first
 * @param timestamp the token and who gave it, if one was asked for
 * @param warnings what to know before relying on the signature, a sentence each
 */
public record SignedFile(
        Digest input,
        Optional<Digest> output,
        Digest imageDigestBefore,
        Digest imageDigestAfter,
        List<X509Certificate> chain,
        Optional<Timestamped> timestamp,
        List<String> warnings) {
    public SignedFile {
        warnings = List.copyOf(warnings);
        chain = List.copyOf(chain);
    }
}
