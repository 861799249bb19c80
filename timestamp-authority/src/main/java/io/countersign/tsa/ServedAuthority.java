package io.countersign.tsa;

import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.home.TimestampServing;
import io.countersign.hsm.Hsm;
import io.countersign.hsm.KeyPurpose;
import io.countersign.hsm.KeySelfTest;
import io.countersign.key.KeyUnavailable;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.timestamp.TimestampPolicy;
import io.countersign.tsa.clock.ClockPolicy;
import io.countersign.tsa.clock.ClockWatch;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The authority this process serves, one of those in countersign.yaml.
 *
 * @param url where countersign.yaml says clients reach it
 * @param chain of its key: leaf first, root last
 * @param clock where its time comes from
 */
record ServedAuthority(
        TimestampAuthority authority,
        URI url,
        List<X509Certificate> chain,
        KeySelfTest selfTest,
        TimestampServing serving,
        ClockWatch clock) {
    /**
     * Opens the key and proves that it signs.
     *
     * @param name an entry of timestampAuthorities with a key of its own
     * @throws CannotServe if the home names no such authority
     * @throws ConfigurationException if countersign.yaml cannot be used
     * @throws KeyUnavailable if the key cannot be used now
     * @throws io.countersign.timestamp.UnfitTimestampKey if its certificate is no TSA's
     */
    static ServedAuthority open(Home home, String name, MachineClock machine)
            throws CannotServe, ConfigurationException, KeyUnavailable {
        Configuration configuration = ConfigurationFile.read(home);
        Configuration.TimestampAuthority entry = configuration
                .timestampAuthority(name)
                .orElseThrow(() -> new CannotServe(home.configuration() + " has no timestamp authority \"" + name
                        + "\" but " + names(configuration) + "; name one of them with countersign.tsa"));
        String keyName = entry.key()
                .orElseThrow(() -> new CannotServe("the timestamp authority \"" + name + "\" of " + home.configuration()
                        + " has no key here, so somebody else serves it; name another with countersign.tsa"));
        Hsm hsm = Hsm.open(home, configuration);
        var key = hsm.key(keyName, KeyPurpose.TIMESTAMP);
        ClockWatch clock = new ClockWatch(
                machine.wall(), machine.nanos(), policy(entry.serving().clock()));
        TimestampAuthority authority = new TimestampAuthority(name, key, clock, policy(entry.serving()));
        KeySelfTest selfTest = new KeySelfTest(hsm.key(keyName, KeyPurpose.SELF_TEST));
        selfTest.run();
        return new ServedAuthority(authority, entry.url(), key.chain(), selfTest, entry.serving(), clock);
    }

    private static ClockPolicy policy(TimestampServing.ClockCheck check) {
        return new ClockPolicy(check.servers().size(), check.quorum(), check.threshold(), check.period());
    }

    private static TimestampPolicy policy(TimestampServing serving) {
        return new TimestampPolicy(
                serving.policy(),
                new LinkedHashSet<>(serving.acceptedPolicies()),
                serving.accuracy(),
                serving.ordering(),
                serving.nameInTokens(),
                TimestampPolicy.LAB.digests());
    }

    private static String names(Configuration configuration) {
        return configuration.timestampAuthorities().stream()
                .map(Configuration.TimestampAuthority::name)
                .collect(Collectors.joining("\", \"", "\"", "\""));
    }
}
