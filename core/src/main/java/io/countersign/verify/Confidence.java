package io.countersign.verify;

/** How well founded a rule is. */
public enum Confidence {
    /** Seen on real files or by running the tool in question. */
    VERIFIED,
    /** Stated by the vendor, a standard or the CA/B Forum. */
    DOCUMENTED,
    /** Told by one secondary source. */
    REPORTED,
    /** Our reading of several sources, none of which says it outright. */
    MODELLED
}
