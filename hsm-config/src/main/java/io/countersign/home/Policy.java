package io.countersign.home;

import io.countersign.key.DigestAlgorithm;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A signing policy: which key signs, for whom, and what else has to hold.
 *
 * @param key the {@link Configuration.Key} it signs with
 * @param timestampAuthorities tried in order; never empty
 * @param secondTimestampAuthorities tried in order for a second token, beside the file; empty if none is wanted
 * @param submitters names of {@link Identity}s
 * @param origin what a verified origin must be like; empty if none is demanded
 * @param windows when its key may be used; empty for always
 * @param hashSigning whether bare digests may be signed, of files nobody here has seen
 * @param retention how long artifacts of finished requests are kept; empty for ever
 */
public record Policy(
        String slug,
        String key,
        DigestAlgorithm digest,
        List<String> timestampAuthorities,
        List<String> secondTimestampAuthorities,
        List<String> submitters,
        Approval approval,
        Optional<OriginRules> origin,
        List<Window> windows,
        Optional<Budget> budget,
        Appearance appearance,
        boolean hashSigning,
        Optional<Duration> retention) {
    public Policy {
        timestampAuthorities = List.copyOf(timestampAuthorities);
        secondTimestampAuthorities = List.copyOf(secondTimestampAuthorities);
        submitters = List.copyOf(submitters);
        windows = List.copyOf(windows);
    }

    /** One that demands nothing but a submitter. */
    public Policy(
            String slug,
            String key,
            DigestAlgorithm digest,
            List<String> timestampAuthorities,
            List<String> submitters) {
        this(
                slug,
                key,
                digest,
                timestampAuthorities,
                List.of(),
                submitters,
                Approval.NONE,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Appearance.PLAIN,
                false,
                Optional.empty());
    }

    /** How many approvals a request needs. */
    public int approvals() {
        return approval.count();
    }

    /**
     * Who has to agree.
     *
     * @param count how many of them
     * @param approvers names of {@link Identity}s
     * @param expiry how long a request waits for them before it is denied
     */
    public record Approval(int count, List<String> approvers, Duration expiry) {
        /** As GitHub has it for reviews of deployments. */
        public static final Duration DEFAULT_EXPIRY = Duration.ofDays(30);

        public static final Approval NONE = new Approval(0, List.of(), DEFAULT_EXPIRY);

        public Approval {
            approvers = List.copyOf(approvers);
        }
    }

    /**
     * What a build must come from. In patterns an asterisk stands for what has no slash in it, two for anything.
     *
     * @param branches patterns of branches that may be signed
     * @param tags likewise; of the two at least one is named
     * @param workflows patterns of workflow files, as {@code .github/workflows/release.yml}; empty for any
     * @param runners {@code github-hosted}, {@code self-hosted}; empty for any
     * @param environments deployment environments; empty for any and for none
     * @param reruns whether a run's second attempt may be signed
     */
    public record OriginRules(
            List<String> branches,
            List<String> tags,
            List<String> workflows,
            List<String> runners,
            List<String> environments,
            boolean reruns) {
        public OriginRules {
            branches = List.copyOf(branches);
            tags = List.copyOf(tags);
            workflows = List.copyOf(workflows);
            runners = List.copyOf(runners);
            environments = List.copyOf(environments);
        }
    }

    /**
     * How often the key may be used under the policy, repeated attempts included.
     *
     * @param per in any stretch of this length
     */
    public record Budget(int signatures, Duration per) {}

    /**
     * What a signature shows and holds beside the digest.
     *
     * @param description the program's name, SpcSpOpusInfo.programName
     * @param url its page, SpcSpOpusInfo.moreInfo
     */
    public record Appearance(boolean pageHashes, Optional<String> description, Optional<URI> url) {
        public static final Appearance PLAIN = new Appearance(false, Optional.empty(), Optional.empty());
    }
}
