package io.countersign.ca;

import io.countersign.ca.CannotIssue.Objection;
import io.countersign.ca.IssuedCertificate.Revoked;
import io.countersign.home.Configuration;
import io.countersign.home.Home;
import io.countersign.home.PkiAddresses;
import io.countersign.hsm.Hsm;
import io.countersign.hsm.KeyPurpose;
import io.countersign.key.KeyAttributes;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import io.countersign.key.SigningKeyContentSigner;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.operator.RuntimeOperatorException;

/**
 * The CAs of a home at work: they certify, revoke and say so. Opens the token of the CA keys, so it is for the command line; a
 * service reads {@link Register} and the lists. Several threads and processes may work at once: they wait for each other.
 */
public final class LabCa {
    /** CSBR 6.3.2, since 2026-03-01. */
    public static final int MAXIMUM_DAYS = 460;

    private static final Object IN_THIS_PROCESS = new Object();

    private final Home home;
    private final Hsm hsm;
    private final PkiAddresses addresses;
    private final InstantSource clock;
    private final Map<String, Authority> authorities;
    private final Register register;

    private LabCa(Home home, Configuration configuration, Hsm hsm, InstantSource clock) throws IOException {
        this.home = home;
        this.hsm = hsm;
        this.addresses = new PkiAddresses(configuration.pkiBaseUrl());
        this.clock = clock;
        this.authorities = Authority.of(configuration);
        this.register = new Register(home, authorities.values());
    }

    /** Opens no token yet. A home may have no CA at all. */
    public static LabCa of(Home home, Configuration configuration, Hsm hsm, InstantSource clock) throws IOException {
        return new LabCa(home, configuration, hsm, clock);
    }

    public Collection<Authority> authorities() {
        return authorities.values();
    }

    public Register register() {
        return register;
    }

    /** Who gets the certificate, for which key, for how long, at whose command. */
    public record Order(
            Enrolment enrolment, KeyRequest key, Optional<KeyAttributes> attributes, int days, String account) {}

    /** What a certificate's owner puts in front of a signature. */
    public record Issued(IssuedCertificate record, Authority authority) {}

    /**
     * Vets an enrolment and certifies the key. The record is on the disk before anybody has the certificate.
     *
     * @throws CannotIssue with every reason
     * @throws KeyUnavailable if the CA's key cannot be used
     */
    public Issued issue(Order order) throws CannotIssue, IOException, KeyUnavailable {
        Authority authority = subscribersAuthority();
        synchronized (IN_THIS_PROCESS) {
            try (FileChannel file = lockFile();
                    FileLock lock = file.lock()) {
                requireLock(lock);
                Instant now = now();
                Map<String, IssuedCertificate> known = register.all();
                List<Objection> more = new ArrayList<>(order.key().objections());
                known.values().stream()
                        .filter(c -> c.certificate()
                                .getPublicKey()
                                .equals(order.key().key()))
                        .filter(LabCa::isCompromised)
                        .findFirst()
                        .ifPresent(c -> more.add(new Objection(
                                "compromised-key",
                                "CSBR 6.1.1.3",
                                "the certificate " + c.serial() + " over this very key was revoked for its compromise",
                                "make another key")));
                if (order.days() < 1 || order.days() > MAXIMUM_DAYS) {
                    more.add(new Objection(
                            "validity",
                            "CSBR 6.3.2",
                            order.days() + " days are asked for",
                            "ask for 1 to " + MAXIMUM_DAYS));
                }
                Vetted vetted = VettingRules.apply(
                        order.enrolment(),
                        order.attributes(),
                        more,
                        now.atOffset(ZoneOffset.UTC).toLocalDate());
                SigningKey key = hsm.key(authority.key(), KeyPurpose.CERTIFICATE);
                IssuedCertificate issued = new IssuedCertificate(
                        PublisherCertificate.make(order, authority, key, addresses, now),
                        authority.name(),
                        now,
                        order.account(),
                        Optional.of(vetted),
                        Optional.empty());
                register.keep(issued);
                renew(authority, known.values(), now);
                return new Issued(issued, authority);
            } catch (RuntimeOperatorException e) {
                throw SigningKeyContentSigner.unwrapped(e);
            }
        }
    }

    /** Asked for under the lock: of two lists the later number has the later time. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private static boolean isCompromised(IssuedCertificate certificate) {
        return certificate
                .revoked()
                .filter(r -> r.reason() == RevocationReason.KEY_COMPROMISE)
                .isPresent();
    }

    private Authority subscribersAuthority() throws CannotIssue {
        return authorities.values().stream()
                .filter(Authority::issuesToSubscribers)
                .findFirst()
                .orElseThrow(() -> new CannotIssue(
                        "authority",
                        "countersign.yaml names no key whose certificate is that of a CA for subscribers (path length 0)",
                        "name the CA's key under 'keys', as the countersign.yaml of a fresh home does"));
    }

    /**
     * Revokes a certificate and signs a new list. Once revoked it stays so; the date may be set back further, since that is what
     * an investigation finds out.
     *
     * @param serial hexadecimal
     * @param date from when on nothing counts that the key signed; empty for now
     * @throws CannotIssue if there is no such certificate, or the date is none it can have
     */
    public IssuedCertificate revoke(String serial, RevocationReason reason, Optional<Instant> date)
            throws CannotIssue, IOException, KeyUnavailable {
        synchronized (IN_THIS_PROCESS) {
            try (FileChannel file = lockFile();
                    FileLock lock = file.lock()) {
                requireLock(lock);
                Instant now = now();
                Instant from = date.orElse(now).truncatedTo(ChronoUnit.SECONDS);
                IssuedCertificate known = register.find(serial)
                        .orElseThrow(() -> new CannotIssue(
                                "serial",
                                "no CA of this home has issued a certificate " + serial.replaceAll("\\p{C}", "?"),
                                "'countersign ca list' shows serial numbers"));
                requireFit(known, reason, from, now);
                IssuedCertificate revoked = known.with(new Revoked(reason, from, from.isBefore(now), now));
                hsm.key(
                        authorities.get(known.authority()).key(),
                        KeyPurpose.REVOCATION_LIST); // fails before anything is written
                register.keep(revoked);
                renew(authorities.get(known.authority()), register.all().values(), now);
                return revoked;
            } catch (RuntimeOperatorException e) {
                throw SigningKeyContentSigner.unwrapped(e);
            }
        }
    }

    private void requireFit(IssuedCertificate known, RevocationReason reason, Instant from, Instant now)
            throws CannotIssue {
        if (from.isAfter(now)) {
            throw new CannotIssue("date", from + " is to come", "give a time that is past, or none for now");
        }
        Instant notBefore = known.certificate().getNotBefore().toInstant();
        if (from.isBefore(notBefore)) {
            throw new CannotIssue(
                    "date",
                    from + " is before the certificate itself, which is valid from " + notBefore,
                    "give that time to have nothing count that was signed with it");
        }
        if (known.revoked().filter(r -> !from.isBefore(r.date())).isPresent()) {
            throw new CannotIssue(
                    "revoked",
                    "it is revoked since " + known.revoked().get().date(),
                    "only an earlier date can still be given");
        }
        if (reason != RevocationReason.KEY_COMPROMISE && isCompromised(known)) {
            throw new CannotIssue(
                    "revoked",
                    "it is revoked for keyCompromise, and its key may not be certified again",
                    "give --reason keyCompromise with the earlier date");
        }
        if (!authorities.containsKey(known.authority())) {
            throw new CannotIssue(
                    "authority",
                    "countersign.yaml names no key of " + known.authority() + ", which issued it",
                    "name that CA's key under 'keys'");
        }
    }

    /**
     * Signs anew each list that is missing, half of whose life is gone, or that a crash has kept behind the register; opens no token if none is.
     *
     * @return the CAs whose lists are new
     */
    public List<Authority> refresh() throws IOException, KeyUnavailable {
        if (due(register.all().values(), clock.instant()).isEmpty()) {
            return List.of();
        }
        synchronized (IN_THIS_PROCESS) {
            try (FileChannel file = lockFile();
                    FileLock lock = file.lock()) {
                requireLock(lock);
                Instant now = now();
                Collection<IssuedCertificate> all = register.all().values();
                List<Authority> due = due(all, now); // Once more: another process may have been faster.
                for (Authority authority : due) {
                    renew(authority, all, now);
                }
                return due;
            } catch (RuntimeOperatorException e) {
                throw SigningKeyContentSigner.unwrapped(e);
            }
        }
    }

    private List<Authority> due(Collection<IssuedCertificate> issued, Instant now) throws IOException {
        List<Authority> due = new ArrayList<>();
        for (Authority authority : authorities.values()) {
            if (new RevocationListFile(home, authority).isDue(issued, now)) {
                due.add(authority);
            }
        }
        return due;
    }

    private void renew(Authority authority, Collection<IssuedCertificate> all, Instant now)
            throws IOException, KeyUnavailable {
        new RevocationListFile(home, authority).write(all, hsm.key(authority.key(), KeyPurpose.REVOCATION_LIST), now);
    }

    private FileChannel lockFile() throws IOException {
        Path file = home.state().resolve("ca.lock");
        Files.createDirectories(file.getParent());
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void requireLock(FileLock lock) {
        if (!lock.isValid()) {
            throw new IllegalStateException("the CA's lock was lost while it was held");
        }
    }
}
