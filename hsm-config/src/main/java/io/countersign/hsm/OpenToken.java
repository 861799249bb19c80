package io.countersign.hsm;

import io.countersign.home.Configuration;
import io.countersign.key.KeyUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;
import javax.security.auth.login.LoginException;

/**
 * A token this process has logged in to: the only holder of a PIN, a KeyStore and a SunPKCS11 provider.
 *
 * <p>One provider a token and process, kept for ever, never logged out: a login belongs to the process, so logging out through
 * one provider would kill the keys of every other, and a second provider would be let in with any PIN. The provider is passed
 * as an object and never registered with the Java platform. Safe for several threads.
 */
final class OpenToken {
    private static final int MAX_PIN_BYTES = 255;

    /** By module and label. */
    private static final Map<List<String>, OpenToken> OPEN = new HashMap<>();

    /** The last refusal of a PIN by each: the same file is not tried again, since tokens lock themselves after a few. */
    private static final Map<List<String>, Refusal> REFUSED = new HashMap<>();

    private final Configuration.Token token;
    private final Cryptoki module;
    private final long slot;
    private final Provider provider;
    private final KeyStore keys;

    /** A key of the token and the certificate that lies beside it. */
    record Entry(PrivateKey key, X509Certificate certificate) {}

    private record Refusal(Path pinFile, FileTime written, KeyUnavailable why) {}

    private OpenToken(Configuration.Token token, Cryptoki module, long slot, Provider provider, KeyStore keys) {
        this.token = token;
        this.module = module;
        this.slot = slot;
        this.provider = provider;
        this.keys = keys;
    }

    /** The token, logged in to at first use. A failure is not remembered. */
    static OpenToken of(Configuration.Token token) throws KeyUnavailable {
        List<String> address = List.of(token.module().toString(), token.label());
        synchronized (OPEN) {
            OpenToken open = OPEN.get(address);
            if (open == null) {
                FileTime written = written(token.pinFile());
                Refusal refusal = REFUSED.get(address);
                if (refusal != null
                        && refusal.pinFile().equals(token.pinFile())
                        && refusal.written().equals(written)) {
                    throw refusal.why();
                }
                try {
                    open = open(token);
                } catch (WrongPin e) {
                    REFUSED.put(address, new Refusal(token.pinFile(), written, e.why));
                    throw e.why;
                }
                OPEN.put(address, open);
            }
            return open;
        }
    }

    private static FileTime written(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0); // Told where the file is read.
        }
    }

    /** The token was asked and said no. */
    private static final class WrongPin extends Exception {
        private static final long serialVersionUID = 1;

        private final KeyUnavailable why;

        private WrongPin(KeyUnavailable why) {
            super(why);
            this.why = why;
        }
    }

    private static OpenToken open(Configuration.Token token) throws KeyUnavailable, WrongPin {
        Cryptoki module = module(token);
        long slot = slot(token, module).id();
        // 'slot' and not 'slotListIndex': an index moves whenever a token is added before it.
        String configuration = String.format(
                "--name=%s%nlibrary=\"%s\"%nslot=%d%n", "countersign-" + OPEN.size(), token.module(), slot);
        try {
            Provider provider = sunPkcs11().configure(configuration);
            KeyStore keys = KeyStore.getInstance("PKCS11", provider);
            char[] pin = pin(token);
            try {
                keys.load(null, pin);
            } finally {
                Arrays.fill(pin, '\0');
            }
            return new OpenToken(token, module, slot, provider, keys);
        } catch (IOException e) {
            throw refused(token, e);
        } catch (ProviderException | UnsupportedOperationException | GeneralSecurityException e) {
            throw KeyUnavailable.forNow(
                    "Java could not open token '" + token.label() + "' through " + token.module() + ": " + reason(e),
                    e);
        }
    }

    private static KeyUnavailable refused(Configuration.Token token, IOException e) throws WrongPin {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof LoginException) {
                throw new WrongPin(KeyUnavailable.permanently(
                        "token '" + token.label() + "' refuses the PIN in " + token.pinFile() + " (" + reason(e)
                                + "); put the right one there. It is not tried again until the file changes, since tokens"
                                + " lock themselves after a few wrong ones",
                        e));
            }
        }
        return KeyUnavailable.forNow("token '" + token.label() + "' could not be read: " + reason(e), e);
    }

    private static Provider sunPkcs11() throws KeyUnavailable {
        // Security.getProvider would start every provider that is listed before this one.
        return ServiceLoader.load(Provider.class, ClassLoader.getPlatformClassLoader()).stream()
                .filter(p -> p.type().getSimpleName().equals("SunPKCS11"))
                .findFirst()
                .map(ServiceLoader.Provider::get)
                .orElseThrow(() -> KeyUnavailable.permanently(
                        "this Java runtime (" + System.getProperty("java.home")
                                + ") has no SunPKCS11 provider; use one with the module jdk.crypto.cryptoki",
                        null));
    }

    /** The module of a token, initialised. */
    static Cryptoki module(Configuration.Token token) throws KeyUnavailable {
        if (!Files.isRegularFile(token.module())) {
            throw KeyUnavailable.permanently(
                    "the PKCS#11 module of token '" + token.name() + "' is not at " + token.module() + "; "
                            + (SoftHsm.isSoftHsm(token.module())
                                    ? SoftHsm.INSTALL
                                    : "install the device's software, or correct 'module' in countersign.yaml"),
                    null);
        }
        try {
            return Cryptoki.load(token.module());
        } catch (UnsatisfiedLinkError e) {
            throw KeyUnavailable.permanently(
                    token.module() + " is not a PKCS#11 module this machine can load: " + reason(e), e);
        } catch (CryptokiException e) {
            throw KeyUnavailable.forNow("the PKCS#11 module " + token.module() + " does not start: " + reason(e), e);
        }
    }

    /** The slot of the token, found by label: slot numbers change, labels do not. */
    static Cryptoki.Slot slot(Configuration.Token token, Cryptoki module) throws KeyUnavailable {
        List<Cryptoki.Slot> slots;
        try {
            slots = module.slots().stream().filter(Cryptoki.Slot::initialized).toList();
        } catch (CryptokiException e) {
            throw KeyUnavailable.forNow("the slots of " + token.module() + " could not be read: " + reason(e), e);
        }
        List<Cryptoki.Slot> matching =
                slots.stream().filter(s -> s.label().equals(token.label())).toList();
        if (matching.size() != 1) {
            throw KeyUnavailable.permanently(
                    (matching.isEmpty() ? "no token" : matching.size() + " tokens") + " with label '" + token.label()
                            + "' in " + token.module() + "; it has: "
                            + (slots.isEmpty()
                                    ? "no token at all"
                                    : String.join(
                                            ", ",
                                            slots.stream()
                                                    .map(Cryptoki.Slot::label)
                                                    .sorted()
                                                    .toList()))
                            + ". Plug it in, restore the home's tokens folder, or run 'countersign hsm init' for a new home",
                    null);
        }
        return matching.get(0);
    }

    /** The first line of the PIN file; the caller clears it. Never a String, which could not be cleared. */
    private static char[] pin(Configuration.Token token) throws KeyUnavailable {
        byte[] octets = new byte[MAX_PIN_BYTES + 2];
        try (InputStream in = Files.newInputStream(token.pinFile())) {
            int read = in.readNBytes(octets, 0, octets.length);
            int length = 0;
            while (length < read && octets[length] != '\n' && octets[length] != '\r') {
                length++;
            }
            if (length == 0 || length > MAX_PIN_BYTES) {
                throw KeyUnavailable.permanently(
                        token.pinFile() + " holds no PIN; its first line should be the user PIN of token '"
                                + token.label() + "', at most " + MAX_PIN_BYTES + " bytes",
                        null);
            }
            char[] pin = new char[length];
            for (int i = 0; i < length; i++) {
                pin[i] = (char) (octets[i] & 0xff);
            }
            return pin;
        } catch (NoSuchFileException e) {
            throw KeyUnavailable.permanently(
                    "the PIN file of token '" + token.label() + "', " + token.pinFile()
                            + ", does not exist; put the user PIN there, readable by its owner only",
                    e);
        } catch (IOException e) {
            throw KeyUnavailable.permanently(
                    "the PIN file of token '" + token.label() + "', " + token.pinFile() + ", cannot be read: "
                            + e.getClass().getSimpleName(),
                    e);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    Provider provider() {
        return provider;
    }

    Configuration.Token token() {
        return token;
    }

    /** A key by label. A key made by another process since is found too. */
    synchronized Entry entry(String label) throws KeyUnavailable {
        try {
            if (!keys.isKeyEntry(label)) {
                keys.load(null, null);
            }
            if (!keys.isKeyEntry(label)) {
                TreeSet<String> present = new TreeSet<>(Collections.list(keys.aliases()));
                // A key store that opens and is empty is also what a token folder gone for a moment leaves behind.
                throw KeyUnavailable.permanently(
                        "token '" + token.label() + "' has no key '" + label
                                + "' with a certificate of the same CKA_ID; it has: "
                                + (present.isEmpty()
                                        ? "nothing (if its files were away for a while, restart this process)"
                                        : String.join(", ", present)),
                        null);
            }
            return new Entry((PrivateKey) keys.getKey(label, null), (X509Certificate) keys.getCertificate(label));
        } catch (IOException | GeneralSecurityException | ProviderException e) {
            throw KeyUnavailable.forNow(
                    "key '" + label + "' of token '" + token.label() + "' could not be read: " + reason(e), e);
        }
    }

    /** A new session with the token; the login of the process is its login. */
    CryptokiSession session() throws CryptokiException {
        return module.open(slot, false);
    }

    private static String reason(Throwable e) {
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
    }
}
