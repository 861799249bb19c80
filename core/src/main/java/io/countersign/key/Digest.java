package io.countersign.key;

/** A digest and the algorithm that made it; the length always fits. */
public record Digest(DigestAlgorithm algorithm, Bytes value) {
    public Digest {
        if (value.size() != algorithm.size()) {
            throw new IllegalArgumentException("a " + algorithm.jcaName() + " digest has " + algorithm.size()
                    + " bytes, this one has " + value.size());
        }
    }

    /** {@code sha256:…} in lower-case hexadecimal. */
    @Override
    public String toString() {
        return algorithm.label() + ":" + value.hex();
    }
}
