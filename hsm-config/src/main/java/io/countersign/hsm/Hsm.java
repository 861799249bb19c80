package io.countersign.hsm;

import io.countersign.home.Configuration;
import io.countersign.home.Home;
import io.countersign.key.KeyAttributes;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The keys of one home, in its PKCS#11 tokens. Safe for several threads. Tokens are opened at first use and stay open for the
 * life of the process; several instances for one home share them. SoftHSM has one configuration a process, so a process uses
 * the SoftHSM tokens of one home.
 */
public final class Hsm {
    private final Home home;
    private final Configuration configuration;
    private final KeyUseJournal journal;
    private final Map<String, TokenKey> keys = new ConcurrentHashMap<>();
    private final Map<String, KeyAttributes> attributes = new ConcurrentHashMap<>();

    private Hsm(Home home, Configuration configuration) {
        this.home = home;
        this.configuration = configuration;
        this.journal = new KeyUseJournal(home);
    }

    /** Opens nothing yet. */
    public static Hsm open(Home home, Configuration configuration) {
        return new Hsm(home, configuration);
    }

    /**
     * The key of countersign.yaml with this name. Each signature is journalled under the purpose before it is made.
     *
     * @throws KeyUnavailable if the configuration has no such key, its token is not there or refuses the PIN, the token has no
     *     such key, or the configured chain is not that key's
     */
    public SigningKey key(String name, KeyPurpose purpose) throws KeyUnavailable {
        return new JournalledKey(tokenKey(name), purpose, journal);
    }

    /**
     * What the token says of the key. It is asked once for a key that is open: whether a key was made in the token and was
     * confined to it since cannot be changed, and sensitive and not extractable a key can only become (PKCS#11 v2.40 section
     * 4.9), so that a later answer could say no less.
     *
     * @throws KeyUnavailable as {@link #key} does; a failure is not remembered
     */
    public KeyAttributes attributes(String name) throws KeyUnavailable {
        KeyAttributes known = attributes.get(name);
        if (known == null) {
            known = tokenKey(name).attributes();
            attributes.put(name, known);
        }
        return known;
    }

    /**
     * Asks the token whether it has the key still, so that its loss is known before a use of the key is put on record.
     *
     * @throws KeyUnavailable as {@link #key} does
     */
    public void requirePresent(String name) throws KeyUnavailable {
        tokenKey(name).requirePresent();
    }

    /** Opened once: reading the token and the chain costs milliseconds. A failure is not remembered. */
    private TokenKey tokenKey(String name) throws KeyUnavailable {
        TokenKey open = keys.get(name);
        if (open == null) {
            Configuration.Key key = configuration.key(name).orElseThrow(() -> unknown(name));
            OpenToken token = token(key.token());
            OpenToken.Entry entry = token.entry(key.label());
            List<X509Certificate> chain = CertificateFiles.chain(key, entry.certificate());
            open = new TokenKey(name, key.label(), token, entry.key(), chain);
            keys.put(name, open);
        }
        return open;
    }

    private KeyUnavailable unknown(String name) {
        return KeyUnavailable.permanently(
                "there is no key '" + name + "' in " + home.configuration() + "; it has: "
                        + configuration.keys().stream()
                                .map(Configuration.Key::name)
                                .sorted()
                                .collect(Collectors.joining(", ")),
                null);
    }

    private OpenToken token(String name) throws KeyUnavailable {
        Configuration.Token token = configuration
                .token(name)
                .orElseThrow(() -> KeyUnavailable.permanently(
                        "there is no token '" + name + "' in " + home.configuration() + "; declare it under 'tokens'",
                        null));
        prepare(home, token);
        return OpenToken.of(token);
    }

    /** What must be so before the module of a token is loaded. */
    static void prepare(Home home, Configuration.Token token) throws KeyUnavailable {
        if (SoftHsm.isSoftHsm(token.module())) {
            SoftHsm.use(home);
        }
    }
}
