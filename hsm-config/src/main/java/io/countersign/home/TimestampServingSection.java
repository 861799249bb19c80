package io.countersign.home;

import io.countersign.home.TimestampServing.Archive;
import io.countersign.home.TimestampServing.ClockCheck;
import io.countersign.home.TimestampServing.LabAnswer;
import io.countersign.yaml.YamlDocument;
import io.countersign.yaml.YamlMap;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/** Reads {@code serve} of a timestamp authority. What is left out has its value of {@link TimestampServing#DEFAULT}. */
final class TimestampServingSection {
    private static final int NTP_PORT = 123;
    private static final int MAX_SERVERS = 16;
    private static final int MAX_ACCURACY_MILLIS = 3_600_000;

    /** Of 2^4 seconds (RFC 5905 section 7.2, MINPOLL). */
    private static final int MIN_PERIOD_SECONDS = 16;

    /**
     * Three of them make a day: a confirmation lasts for three, and the CA/Browser Forum's code-signing baseline requirements
     * have a TSA synchronize its clock at least every 24 hours.
     */
    private static final int MAX_PERIOD_SECONDS = 8 * 3600;

    private static final int MAX_RETENTION_DAYS = 36_500;
    private static final String OID_IN_WORDS = "an object identifier such as 1.3.6.1.4.1.32473.1";
    private static final String SERVER_IN_WORDS = "a host name or address, with ':PORT' where it is not 123";

    private final YamlDocument document;

    TimestampServingSection(YamlDocument document) {
        this.document = document;
    }

    TimestampServing read(YamlMap map) {
        TimestampServing otherwise = TimestampServing.DEFAULT;
        String policy = map.optionalValue("policy", TimestampServingSection::oid, OID_IN_WORDS)
                .orElse(otherwise.policy());
        List<String> accepted = map.optionalValues("acceptedPolicies", TimestampServingSection::oid, OID_IN_WORDS);
        int accuracy = map.optionalNumber("accuracyMillis", 1, MAX_ACCURACY_MILLIS)
                .orElse((int) otherwise.accuracy().toMillis());
        TimestampServing read = new TimestampServing(
                policy,
                accepted,
                Duration.ofMillis(accuracy),
                map.flag("ordering", otherwise.ordering()),
                map.flag("nameInTokens", otherwise.nameInTokens()),
                map.optionalMap("clock").map(this::clock).orElse(otherwise.clock()),
                map.optionalMap("archive").map(TimestampServingSection::archive).orElse(otherwise.archive()),
                lab(map));
        // As far as the servers may be away, and a step more that is not seen.
        Duration error = read.clock().threshold().multipliedBy(2);
        if (error.compareTo(read.accuracy()) > 0) {
            document.problem(
                    map.line("accuracyMillis"),
                    "tokens promise " + accuracy + " ms, but the clock may be wrong by " + error.toMillis() + " ms",
                    "make clock.thresholdMillis half of accuracyMillis, or less");
        }
        map.end();
        return read;
    }

    private ClockCheck clock(YamlMap map) {
        ClockCheck otherwise = ClockCheck.DEFAULT;
        List<InetSocketAddress> servers =
                map.optionalValues("servers", TimestampServingSection::server, SERVER_IN_WORDS);
        if (servers.size() > MAX_SERVERS) {
            document.problem(
                    map.line("servers"), servers.size() + " NTP servers are too many", "name at most " + MAX_SERVERS);
        }
        if (servers.isEmpty() && map.has("quorum")) {
            document.problem(map.line("quorum"), "a quorum of no servers", "name 'servers', or remove it");
        }
        int majority = servers.isEmpty() ? 0 : servers.size() / 2 + 1;
        ClockCheck clock = new ClockCheck(
                servers,
                map.optionalNumber("quorum", 1, Math.max(1, servers.size())).orElse(majority),
                Duration.ofMillis(map.optionalNumber("thresholdMillis", 1, MAX_ACCURACY_MILLIS)
                        .orElse((int) otherwise.threshold().toMillis())),
                Duration.ofSeconds(map.optionalNumber("periodSeconds", MIN_PERIOD_SECONDS, MAX_PERIOD_SECONDS)
                        .orElse((int) otherwise.period().toSeconds())));
        map.end();
        return clock;
    }

    private static Archive archive(YamlMap map) {
        Archive archive = new Archive(
                map.optionalNumber("retentionDays", 0, MAX_RETENTION_DAYS).orElse(Archive.DEFAULT.retentionDays()),
                map.flag("listing", Archive.DEFAULT.listing()));
        map.end();
        return archive;
    }

    private static Set<LabAnswer> lab(YamlMap map) {
        String known = Arrays.stream(LabAnswer.values()).map(LabAnswer::label).collect(Collectors.joining(", "));
        Set<LabAnswer> answers = EnumSet.noneOf(LabAnswer.class);
        answers.addAll(map.optionalValues("lab", TimestampServingSection::labAnswer, "one of " + known));
        return answers;
    }

    private static String oid(String text) {
        if (ASN1ObjectIdentifier.tryFromID(text) == null) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }

    /** Not looked up: whoever asks the server does that. */
    private static InetSocketAddress server(String text) {
        URI uri = URI.create("ntp://" + text);
        if (uri.getHost() == null
                || uri.getRawUserInfo() != null
                || !("ntp://" + uri.getRawAuthority()).equals(uri.toString())
                || uri.getPort() > 0xffff
                || uri.getPort() == 0) {
            throw new IllegalArgumentException(text);
        }
        return InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort() < 0 ? NTP_PORT : uri.getPort());
    }

    private static LabAnswer labAnswer(String text) {
        return Arrays.stream(LabAnswer.values())
                .filter(a -> a.label().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text));
    }
}
