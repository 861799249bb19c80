package io.countersign.interop;

import io.countersign.key.DigestAlgorithm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A signed file of one kind, by whomever. */
record Specimen(Kind kind, DigestAlgorithm digest, Algorithm key) {

    enum Kind {
        SINGLE,
        /** The same signer twice, the second signature nested in the first. */
        NESTED,
        PAGE_HASHED,
        TIMESTAMPED,
        /** With a PKCS#9 countersignature instead of an RFC 3161 token. */
        COUNTERSIGNED
    }

    /** Of the signer's key. */
    enum Algorithm {
        RSA_3072,
        P_256
    }

    static List<Specimen> all() {
        List<Specimen> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (DigestAlgorithm digest : List.of(DigestAlgorithm.SHA256, DigestAlgorithm.SHA384)) {
                for (Algorithm key : Algorithm.values()) {
                    all.add(new Specimen(kind, digest, key));
                }
            }
        }
        return all;
    }

    boolean timestamped() {
        return kind == Kind.TIMESTAMPED || kind == Kind.COUNTERSIGNED;
    }

    int signatures() {
        return kind == Kind.NESTED ? 2 : 1;
    }

    @Override
    public String toString() {
        return (kind + " " + digest + " " + key).toLowerCase(Locale.ROOT);
    }
}
