package io.countersign.home;

import io.countersign.key.CountersignOid;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How an authority whose key is here is served: {@code serve} of an entry of {@code timestampAuthorities}.
 *
 * @param policy of tokens whose request names none, a dotted object identifier
 * @param acceptedPolicies further ones a request may name
 * @param accuracy what tokens promise
 * @param ordering whether genTime alone orders the tokens
 * @param nameInTokens whether tokens name the authority
 * @param lab the deliberately bad answers that are offered under {@code /lab/}; empty unless somebody teaches or tests
 */
public record TimestampServing(
        String policy,
        List<String> acceptedPolicies,
        Duration accuracy,
        boolean ordering,
        boolean nameInTokens,
        ClockCheck clock,
        Archive archive,
        Set<LabAnswer> lab) {
    /** What a home that says nothing gets. */
    public static final TimestampServing DEFAULT = new TimestampServing(
            CountersignOid.LAB_TIMESTAMP_POLICY.getId(),
            List.of(),
            Duration.ofSeconds(1),
            false,
            false,
            ClockCheck.DEFAULT,
            Archive.DEFAULT,
            Set.of());

    public TimestampServing {
        acceptedPolicies = List.copyOf(acceptedPolicies);
        lab = Set.copyOf(lab);
    }

    /**
     * How the clock is checked.
     *
     * @param servers NTP servers, unresolved; with none only steps of the clock are detected
     * @param quorum how many must agree with the clock; 0 where there are none
     * @param threshold how far it may be from theirs, and how far it may step
     * @param period how often they are asked
     */
    public record ClockCheck(List<InetSocketAddress> servers, int quorum, Duration threshold, Duration period) {
        /** Offline: no server is asked. */
        public static final ClockCheck DEFAULT =
                new ClockCheck(List.of(), 0, Duration.ofMillis(500), Duration.ofSeconds(60));

        public ClockCheck {
            servers = List.copyOf(servers);
        }
    }

    /**
     * What is kept of issued tokens.
     *
     * @param retentionDays for how long; 0 for ever
     * @param listing whether anybody may page through them, rather than fetch one whose serial number or imprint is known
     */
    public record Archive(int retentionDays, boolean listing) {
        public static final Archive DEFAULT = new Archive(0, false);
    }

    /** A deliberately bad answer. */
    public enum LabAnswer {
        /** A good token after some seconds. */
        SLOW,
        /** HTTP 500. */
        BROKEN,
        /** A refusal with systemFailure. */
        FAILING,
        /** A token for another digest than the one that was sent. */
        WRONG_IMPRINT,
        /** A token under a root nobody has. */
        UNTRUSTED,
        /** A token below an authority whose certificate has ended. */
        EXPIRED;

        /** As it is written in countersign.yaml and in a URL. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
