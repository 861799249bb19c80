package io.countersign.signer.identity.session;

import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.key.DigestAlgorithm;
import io.countersign.signer.audit.AuditEvent.SignIn;
import io.countersign.signer.audit.AuditEvent.SignOut;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.audit.Printable;
import io.countersign.signer.identity.BearerTokens;
import io.countersign.signer.identity.Caller;
import io.countersign.signer.identity.oidc.IssuerUnavailable;
import io.countersign.signer.identity.oidc.SignInFlow;
import io.countersign.signer.identity.oidc.SignInFlow.Answer;
import io.countersign.signer.identity.oidc.SignInFlow.Answered;
import io.countersign.signer.identity.oidc.SignInFlow.Begun;
import io.countersign.signer.identity.oidc.SignInFlow.Person;
import io.countersign.signer.identity.oidc.SignInUnderWay;
import io.countersign.signer.identity.oidc.TokenRefused;
import io.countersign.signer.identity.token.Credential;
import io.countersign.signer.identity.token.Credentials;
import io.countersign.signer.identity.token.IssuedTokens;
import io.countersign.signer.identity.token.IssuedTokens.Issued;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Signs people in, by a token of countersign.yaml or through an issuer, and out. Both are on record under the session's id, which
 * everything done in the session bears. Safe for several threads.
 */
public final class Sessions {
    private static final Logger LOG = Logger.getLogger(Sessions.class);

    /** A working day; then people sign in again. */
    private static final Duration LIFE = Duration.ofHours(8);

    /** How long somebody may stay at the issuer. */
    public static final Duration UNDER_WAY = Duration.ofMinutes(10);

    private final Supplier<Configuration> configuration;
    private final BearerTokens tokens;
    private final SignInFlow flow;
    private final IssuedTokens issued;
    private final Credentials credentials;
    private final SignInLimits limits;
    private final AuditLog audit;
    private final InstantSource clock;
    private final Seal seal = Seal.ofThisProcess();

    public Sessions(
            Supplier<Configuration> configuration,
            BearerTokens tokens,
            SignInFlow flow,
            IssuedTokens issued,
            Credentials credentials,
            SignInLimits limits,
            AuditLog audit,
            InstantSource clock) {
        this.configuration = configuration;
        this.tokens = tokens;
        this.flow = flow;
        this.issued = issued;
        this.credentials = credentials;
        this.limits = limits;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Signs somebody in by a token of countersign.yaml, such as a fresh home's administrator. Refusals are bounded and the right token is
     * not: a limit on it would let anybody keep the approvers out, and a token is too long to be guessed.
     *
     * @param address whose it is, in figures
     * @throws SignInRefused if it is nobody's, or was given out: from that, a session could outlive it
     */
    public Issued withToken(String token, String address) throws SignInRefused {
        Optional<Identity> identity =
                tokens.ofToken(token).flatMap(c -> configuration.get().identity(c.name()));
        if (identity.isPresent()) {
            return begun(identity.get().name(), KnownBy.token(identity.get()), "configuration");
        }
        requireNoWait(limits.wrongTokens().call(address));
        throw IssuedTokens.isOurs(token)
                ? refused(
                        "this token was given out by the service and opens no session",
                        "use the token of countersign.yaml itself, or sign in through an issuer")
                : refused(
                        "nobody in countersign.yaml has this token",
                        "check that all of it was copied; a fresh home has one in secrets/admin.token");
    }

    /**
     * Somebody on the way to an issuer.
     *
     * @param address where the browser goes
     * @param kept what it keeps meanwhile, for {@link #finish}
     */
    public record Sent(URI address, String kept) {}

    /**
     * Sends somebody to an issuer.
     *
     * @param redirect where it sends the browser back to
     */
    public Sent begin(String issuer, URI redirect) throws SignInRefused, IssuerUnavailable {
        try {
            Begun begun = flow.begin(issuer, redirect);
            return new Sent(begun.address(), seal.sealed(begun.underWay().text()));
        } catch (TokenRefused e) {
            throw new SignInRefused(e.getMessage(), e.remedy());
        }
    }

    /**
     * Signs in who comes back from an issuer. Whatever comes of it, the same sign-in is not ended a second time. Nothing is counted or
     * written for what anybody could have made up: a browser has to show what this process gave it to keep, so after a restart people
     * sign in anew.
     *
     * @param kept what the browser was given when it was sent
     * @param issuer whose answer it is to be
     * @param redirect the same as when it began
     * @param address the browser's, in figures
     * @throws SignInRefused if the issuer's answer is not believed, too late, a second one, or the person matches no identity
     */
    public Issued finish(Optional<String> kept, String issuer, URI redirect, Answer answer, String address)
            throws SignInRefused, IssuerUnavailable {
        SignInUnderWay underWay = kept.flatMap(seal::opened)
                .flatMap(SignInUnderWay::of)
                .filter(u -> u.issuer().equals(issuer))
                .orElseThrow(() -> new SignInRefused(
                        "this browser has begun no sign-in that this could be the answer to, or the service was started anew"
                                + " since",
                        "sign in again, within " + UNDER_WAY.toMinutes() + " minutes"));
        Answered answered;
        try {
            answered = flow.answered(underWay, answer);
        } catch (TokenRefused e) {
            throw refused(e.getMessage(), e.remedy());
        }
        requireNoWait(limits.answers().call(address));
        requireFirst(underWay);
        try {
            Person person = flow.finish(answered, redirect);
            return begun(
                    person.identity().name(),
                    KnownBy.issuer(person.identity(), person.issuer()),
                    "oidc:" + person.issuer().name() + ":" + person.subject());
        } catch (TokenRefused e) {
            throw refused(e.getMessage(), e.remedy());
        }
    }

    private void requireFirst(SignInUnderWay underWay) throws SignInRefused {
        Instant end = underWay.begun().plus(UNDER_WAY);
        if (underWay.begun().isAfter(now()) || !now().isBefore(end)) {
            throw refused(
                    "this sign-in was begun more than " + UNDER_WAY.toMinutes() + " minutes ago", "sign in again");
        }
        byte[] state = underWay.state().getBytes(StandardCharsets.US_ASCII);
        if (!credentials.exchangeOnce(underWay.issuer(), DigestAlgorithm.SHA256.digest(state), end)) {
            throw refused("this sign-in is over", "sign in again");
        }
    }

    /**
     * Who has this secret; empty where it is no session's, or the session has ended. One whose identity is not known as it was ends
     * now: it must not come back when the identity does.
     */
    public Optional<Session> find(String secret) {
        Optional<Credential> credential = issued.findSession(secret);
        Optional<Session> session = credential.flatMap(c -> session(c, secret));
        if (credential.isPresent() && session.isEmpty()) {
            Credential over = credential.get();
            end(over.id(), over.identity(), over.session());
        }
        return session;
    }

    private Optional<Session> session(Credential credential, String secret) {
        Configuration now = configuration.get();
        return now.identity(credential.identity())
                .filter(i -> KnownBy.isStill(credential.name(), now, i))
                .map(i -> new Session(
                        credential.id(),
                        new Caller(i.name(), i.roles(), Optional.empty(), Optional.empty(), credential.session()),
                        credential.expiresAt(),
                        secret));
    }

    /** Signs somebody out, at once. */
    public void end(Session session) {
        end(session.id(), session.caller().name(), session.caller().session());
    }

    private void end(UUID id, String identity, String session) {
        // First of all: a log that cannot be written must not keep a session alive.
        if (credentials.revoke(id, now())) {
            audit.append(new SignOut(id, now(), identity, session));
        }
    }

    /** Who is not on record does not get the secret. */
    private Issued begun(String identity, String knownBy, String shown) throws SignInRefused {
        requireNoWait(limits.identities().call(identity));
        Issued session = issued.session(identity, knownBy, LIFE);
        audit.append(new SignIn(
                session.credential().id(), now(), identity, session.credential().session(), shown));
        LOG.infof("%s signed in, %s", identity, Printable.of(shown));
        return session;
    }

    private static void requireNoWait(Optional<Duration> wait) throws SignInRefused {
        if (wait.isPresent()) {
            throw SignInRefused.tooOften(wait.get());
        }
    }

    private static SignInRefused refused(String message, String remedy) {
        LOG.infof("a sign-in was refused: %s", message);
        return new SignInRefused(message, remedy);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
