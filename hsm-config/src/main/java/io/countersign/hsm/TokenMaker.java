package io.countersign.hsm;

import io.countersign.home.Home;
import io.countersign.home.PkiAddresses;
import io.countersign.hsm.CeremonyPlan.PlannedCertificate;
import io.countersign.hsm.CeremonyPlan.PlannedKey;
import io.countersign.hsm.CeremonyPlan.PlannedToken;
import io.countersign.hsm.CryptokiSession.Template;
import io.countersign.key.Bytes;
import io.countersign.key.KeyUnavailable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.bouncycastle.cert.X509CertificateHolder;

/**
 * The part of the ceremony that touches a token: initialises the planned tokens, lets them generate the planned keys, and
 * certifies those. Runs in a process of its own ({@link TokenMakerProcess}) whose SoftHSM works in the staging folder.
 */
final class TokenMaker {
    private static final int PIN_BYTES = 24;

    private final Cryptoki module;
    private final Path stage;
    private final KeyUseJournal journal;
    private final Consumer<String> progress;
    private final Clock clock = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();
    private final Map<String, MadeKey> made = new HashMap<>();

    /** A slot with a session that keeps the process logged in to its token. */
    private record OpenSlot(long slot, CryptokiSession login) {}

    /** @param id CKA_ID, by which SunPKCS11 finds the certificate of a key */
    record MadeKey(PlannedKey plan, long slot, Bytes id, long handle, TokenPublicKey publicKey) {}

    TokenMaker(Cryptoki module, Home home, Path stage, Consumer<String> progress) {
        this.module = module;
        this.stage = stage;
        this.journal = new KeyUseJournal(home);
        this.progress = progress;
    }

    void run(CeremonyPlan plan) throws CryptokiException, IOException, KeyUnavailable {
        Files.createDirectory(stage.resolve("pki"));
        OwnerOnly.folder(stage.resolve("secrets"));
        Map<String, OpenSlot> slots = new HashMap<>();
        try {
            for (PlannedToken token : plan.tokens()) {
                slots.put(token.label(), initialise(token));
            }
            generate(plan, slots);
            for (PlannedToken token : plan.tokens()) {
                for (PlannedKey key : token.keys()) {
                    store(made.get(key.label()), certify(plan, key, key.certificate()));
                    for (PlannedCertificate other : key.others()) {
                        certify(plan, key, other);
                    }
                }
            }
        } finally {
            for (OpenSlot slot : slots.values()) {
                slot.login().close();
            }
        }
    }

    private OpenSlot initialise(PlannedToken token) throws CryptokiException, IOException {
        progress.accept("token " + token.label());
        long empty = module.slots().stream()
                .filter(s -> !s.initialized())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("SoftHSM always has an empty slot"))
                .id();
        byte[] pin = pin();
        // Nobody keeps the security officer's PIN: it could only reset the user's, and one secret less is one less to
        // lose.
        byte[] soPin = pin();
        try {
            OwnerOnly.file(stage.resolve("secrets").resolve(token.label() + ".pin"), pin);
            module.initToken(empty, soPin, token.label());
            long slot = module.slots().stream()
                    .filter(s -> s.label().equals(token.label()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("token " + token.label() + " is gone"))
                    .id();
            // Closing a token's last session logs out: so the security officer leaves before the user comes.
            try (CryptokiSession session = module.open(slot, true)) {
                session.login(Cryptoki.CKU_SO, soPin);
                session.initPin(pin);
            }
            CryptokiSession login = module.open(slot, true);
            login.login(Cryptoki.CKU_USER, pin);
            return new OpenSlot(slot, login);
        } finally {
            Arrays.fill(pin, (byte) 0);
            Arrays.fill(soPin, (byte) 0);
        }
    }

    /** 192 bits in characters every tool takes. */
    private byte[] pin() {
        byte[] octets = new byte[PIN_BYTES];
        random.nextBytes(octets);
        byte[] pin = Base64.getUrlEncoder().withoutPadding().encode(octets);
        Arrays.fill(octets, (byte) 0);
        return pin;
    }

    /**
     * Finding the primes of RSA keys is nearly all the time a ceremony takes, and SoftHSM holds no lock meanwhile: measured on
     * two cores, two threads make 1.7 times the keys of one. A thread a core, the long ones first.
     */
    private void generate(CeremonyPlan plan, Map<String, OpenSlot> slots) throws CryptokiException {
        record Job(PlannedKey key, long slot) {}
        List<Job> jobs = new ArrayList<>();
        plan.tokens()
                .forEach(t -> t.keys()
                        .forEach(k -> jobs.add(new Job(k, slots.get(t.label()).slot()))));
        jobs.sort(Comparator.comparingInt((Job job) -> job.key().type().bits()).reversed());
        ExecutorService threads = Executors.newFixedThreadPool(
                Math.min(jobs.size(), Runtime.getRuntime().availableProcessors()));
        try {
            List<Future<MadeKey>> results = new ArrayList<>();
            for (Job job : jobs) {
                results.add(threads.submit(() -> generate(job.key(), job.slot())));
            }
            for (Future<MadeKey> result : results) {
                MadeKey key = result.get();
                made.put(key.plan().label(), key);
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CryptokiException failed) {
                throw failed;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            threads.shutdown();
        }
    }

    private MadeKey generate(PlannedKey key, long slot) throws CryptokiException {
        long start = System.nanoTime();
        byte[] id = new byte[20];
        random.nextBytes(id);
        Template privateKey = new Template()
                .with(CryptokiSession.CKA_TOKEN, true)
                .with(CryptokiSession.CKA_PRIVATE, true)
                .with(CryptokiSession.CKA_SENSITIVE, true)
                .with(CryptokiSession.CKA_EXTRACTABLE, false)
                .with(CryptokiSession.CKA_SIGN, true)
                .with(CryptokiSession.CKA_LABEL, key.label())
                .with(CryptokiSession.CKA_ID, id);
        try (CryptokiSession session = module.open(slot, true)) {
            CryptokiSession.KeyPair pair = TokenPublicKey.generate(session, key.type(), privateKey);
            MadeKey result = new MadeKey(
                    key,
                    slot,
                    Bytes.of(id),
                    pair.privateKey(),
                    TokenPublicKey.read(session, key.type(), pair.publicKey()));
            progress.accept(String.format(
                    "key %s (%s), %.1f s", key.label(), key.type().label(), (System.nanoTime() - start) / 1e9));
            return result;
        }
    }

    private X509CertificateHolder certify(CeremonyPlan plan, PlannedKey key, PlannedCertificate planned)
            throws CryptokiException, IOException, KeyUnavailable {
        MadeKey issuer = made.get(planned.issuer());
        try (CryptokiSession session = module.open(issuer.slot(), false)) {
            X509CertificateHolder certificate = LabCertificate.make(
                    planned,
                    made.get(key.label()).publicKey().info(),
                    new LabCertificate.Issuer(
                            issuer.plan().certificate(),
                            issuer.publicKey().info(),
                            plan.hasResponder(planned.issuer())),
                    plan.baseUrl().map(PkiAddresses::new),
                    LabCertificate.Validity.of(planned, clock.instant()),
                    new CeremonySigner(session, issuer, journal));
            Files.writeString(
                    stage.resolve("pki").resolve(planned.file()),
                    CertificateFiles.pem(certificate),
                    StandardCharsets.US_ASCII);
            progress.accept("certificate " + planned.file());
            return certificate;
        } catch (CeremonySigner.Failed e) {
            throw e.unwrapped();
        }
    }

    private void store(MadeKey key, X509CertificateHolder certificate) throws CryptokiException, IOException {
        try (CryptokiSession session = module.open(key.slot(), true)) {
            session.create(new Template()
                    .with(CryptokiSession.CKA_CLASS, CryptokiSession.CKO_CERTIFICATE)
                    .with(CryptokiSession.CKA_CERTIFICATE_TYPE, CryptokiSession.CKC_X_509)
                    .with(CryptokiSession.CKA_TOKEN, true)
                    .with(CryptokiSession.CKA_PRIVATE, false)
                    .with(CryptokiSession.CKA_LABEL, key.plan().label())
                    .with(CryptokiSession.CKA_ID, key.id().toByteArray())
                    .with(CryptokiSession.CKA_SUBJECT, certificate.getSubject().getEncoded("DER"))
                    .with(CryptokiSession.CKA_ISSUER, certificate.getIssuer().getEncoded("DER"))
                    .with(
                            CryptokiSession.CKA_SERIAL_NUMBER,
                            certificate.toASN1Structure().getSerialNumber().getEncoded("DER"))
                    .with(CryptokiSession.CKA_VALUE, certificate.getEncoded()));
        }
    }
}
