package io.countersign.signer.identity.oidc;

import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.JWTClaimsSetVerifier;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.validators.IDTokenClaimsVerifier;
import io.countersign.home.Configuration;
import io.countersign.home.Identity;
import io.countersign.home.Issuer;
import io.countersign.signer.identity.oidc.Providers.Endpoints;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Signs people in by the authorization code flow (OpenID Connect Core 1.0 section 3.1) with PKCE (RFC 7636). Keeps nothing of a sign-in
 * under way. Tokens that come with the ID token are dropped: nobody is asked anything in anybody's name. Safe for several threads.
 */
public final class SignInFlow {
    private static final Logger LOG = Logger.getLogger(SignInFlow.class);
    private static final int OCTETS = 32;
    private static final int LONGEST_CODE = 4096;
    private static final String AGAIN = "sign in again";

    private final Supplier<Configuration> configuration;
    private final Providers providers;
    private final Verification verification;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /** @param leastInterval between two questions to an issuer, for its addresses and for its keys */
    public SignInFlow(Supplier<Configuration> configuration, Duration leastInterval, InstantSource clock) {
        this.configuration = configuration;
        this.providers = new Providers(leastInterval, clock);
        this.verification = new Verification(leastInterval);
        this.clock = clock;
    }

    /**
     * A sign-in that has begun.
     *
     * @param address where the browser goes
     */
    public record Begun(URI address, SignInUnderWay underWay) {}

    /**
     * Who came back.
     *
     * @param subject the issuer's identifier of the person
     */
    public record Person(Identity identity, Issuer issuer, String subject) {}

    /**
     * What the issuer's answer says, of its parameters (RFC 6749 section 4.1.2, RFC 9207 section 2).
     *
     * @param issuer who says that it answers
     */
    public record Answer(
            Optional<String> state, Optional<String> code, Optional<String> error, Optional<String> issuer) {}

    /**
     * Begins one.
     *
     * @param redirect where the issuer sends the browser back to
     * @throws TokenRefused if nobody signs in through such an issuer
     */
    public Begun begin(String issuerName, URI redirect) throws TokenRefused, IssuerUnavailable {
        Issuer issuer = issuer(issuerName);
        Endpoints endpoints = providers.of(issuer, configuration.get().issuers());
        SignInUnderWay underWay = new SignInUnderWay(
                issuer.name(), secret(), secret(), secret(), clock.instant().truncatedTo(ChronoUnit.SECONDS));
        URI address = new AuthenticationRequest.Builder(
                        ResponseType.CODE,
                        new Scope(signIn(issuer).scopes().toArray(String[]::new)),
                        new ClientID(signIn(issuer).clientId()),
                        redirect)
                .endpointURI(endpoints.authorization())
                .state(new State(underWay.state()))
                .nonce(new Nonce(underWay.nonce()))
                .codeChallenge(new CodeVerifier(underWay.verifier()), CodeChallengeMethod.S256)
                .build()
                .toURI();
        return new Begun(address, underWay);
    }

    /** An answer to the sign-in that it is said to be of. Only {@link #answered} makes one. */
    public static final class Answered {
        private final SignInUnderWay underWay;
        private final Issuer issuer;
        private final Answer answer;

        private Answered(SignInUnderWay underWay, Issuer issuer, Answer answer) {
            this.underWay = underWay;
            this.issuer = issuer;
            this.answer = answer;
        }
    }

    /**
     * Holds an answer against the sign-in it is to be of. Nothing else of it is looked at before, and nobody is asked.
     *
     * @throws TokenRefused if it is to another one, or another's
     */
    public Answered answered(SignInUnderWay underWay, Answer answer) throws TokenRefused {
        Issuer issuer = issuer(underWay.issuer());
        // RFC 6749 section 10.12.
        if (answer.state().isEmpty() || !equal(answer.state().get(), underWay.state())) {
            throw new TokenRefused("the answer is not to a sign-in of this browser", AGAIN);
        }
        // RFC 9207 section 2.4.
        if (answer.issuer().filter(i -> !i.equals(issuer.url().toString())).isPresent()) {
            throw another(issuer);
        }
        return new Answered(underWay, issuer, answer);
    }

    private static TokenRefused another(Issuer issuer) {
        return new TokenRefused(
                "the answer does not say that it is of issuer \"" + issuer.name() + "\"",
                "sign in again, and tell the operator if it happens again");
    }

    /**
     * Ends one: whoever the issuer says has come back, if that is believed.
     *
     * @param redirect the same as when it began
     * @throws TokenRefused if the answer is a no, or is not believed, or the person matches no identity, or more than one
     */
    public Person finish(Answered answered, URI redirect) throws TokenRefused, IssuerUnavailable {
        Configuration now = configuration.get();
        Issuer issuer = answered.issuer;
        SignInUnderWay underWay = answered.underWay;
        Endpoints endpoints = providers.of(issuer, now.issuers());
        requireYes(issuer, endpoints, answered.answer);
        AuthorizationCode code = answered.answer
                .code()
                .filter(c -> !c.isBlank() && c.length() <= LONGEST_CODE)
                .map(AuthorizationCode::new)
                .orElseThrow(() -> new TokenRefused("the issuer's answer has no code", AGAIN));
        JWTClaimsSet claims = verification.verified(
                now.issuers(),
                issuer,
                idToken(issuer, endpoints, code, redirect, underWay),
                new Claims(issuer, underWay.nonce()),
                "sign in again; if that does not help, have clientId and the clocks checked");
        Map<String, String> texts = Matching.texts(claims);
        return new Person(Matching.identity(now, issuer, texts), issuer, claims.getSubject());
    }

    private static void requireYes(Issuer issuer, Endpoints endpoints, Answer answer) throws TokenRefused {
        // RFC 9207 section 2.4.
        if (endpoints.saysWhoAnswers() && answer.issuer().isEmpty()) {
            throw another(issuer);
        }
        // RFC 6749 section 4.1.2.1.
        if (answer.error().isPresent()) {
            String error = answer.error().get();
            throw new TokenRefused(
                    error.equals("access_denied")
                            ? "the issuer did not let you in, or you said no there"
                            : "the issuer answered \"" + Matching.shown(error) + "\"",
                    error.equals("access_denied")
                            ? AGAIN + " if that was not meant"
                            : "try again later; the operator checks clientId and scopes, and this service's address at the"
                                    + " issuer");
        }
    }

    /** RFC 6749 section 4.1.3, OpenID Connect Core 1.0 section 3.1.3. */
    private SignedJWT idToken(
            Issuer issuer, Endpoints endpoints, AuthorizationCode code, URI redirect, SignInUnderWay underWay)
            throws TokenRefused, IssuerUnavailable {
        try {
            AuthorizationCodeGrant grant =
                    new AuthorizationCodeGrant(code, redirect, new CodeVerifier(underWay.verifier()));
            Optional<ClientAuthentication> authentication = authentication(issuer, endpoints);
            TokenRequest request = authentication.isPresent()
                    ? new TokenRequest.Builder(endpoints.token(), authentication.get(), grant).build()
                    : new TokenRequest.Builder(
                                    endpoints.token(),
                                    new ClientID(signIn(issuer).clientId()),
                                    grant)
                            .build();
            TokenResponse response =
                    OIDCTokenResponseParser.parse(request.toHTTPRequest().send(new TokenCall()));
            if (!response.indicatesSuccess()) {
                throw refused(issuer, response.toErrorResponse().getErrorObject());
            }
            return Verification.parse(
                    ((OIDCTokenResponse) response).getOIDCTokens().getIDTokenString());
        } catch (IOException e) {
            throw new IssuerUnavailable("issuer \"" + issuer.name() + "\" gave no token: " + e.getMessage(), e);
        } catch (ParseException e) {
            // Its message may quote the answer, which holds tokens.
            throw new IssuerUnavailable(
                    "issuer \"" + issuer.name() + "\" gave an answer that is not one of RFC 6749", null);
        }
    }

    private static TokenRefused refused(Issuer issuer, ErrorObject error) {
        // What is no JSON object of RFC 6749 section 5.2 has no code.
        String code = Objects.toString(error.getCode(), "status " + error.getHTTPStatusCode());
        LOG.warnf("issuer %s refused a code: %s", issuer.name(), Matching.shown(code));
        return code.equals("invalid_grant")
                ? new TokenRefused("the issuer does not take its code any longer: it was used, or is old", AGAIN)
                : new TokenRefused(
                        "the issuer gave no token: \"" + Matching.shown(code) + "\"",
                        "the operator checks clientId and clientSecretFile of issuer \"" + issuer.name() + "\"");
    }

    private static Optional<ClientAuthentication> authentication(Issuer issuer, Endpoints endpoints)
            throws IOException {
        Optional<Path> file = signIn(issuer).clientSecretFile();
        if (file.isEmpty()) {
            return Optional.empty();
        }
        String line =
                Files.readString(file.get()).lines().findFirst().orElse("").strip();
        if (line.isEmpty()) {
            throw new IOException("its clientSecretFile is empty");
        }
        ClientID client = new ClientID(signIn(issuer).clientId());
        Secret secret = new Secret(line);
        return Optional.of(
                endpoints.secretInForm()
                        ? new ClientSecretPost(client, secret)
                        : new ClientSecretBasic(client, secret));
    }

    /** OpenID Connect Core 1.0 section 3.1.3.7: issuer, audience, times and nonce by Nimbus; the authorized party here. */
    private static final class Claims implements JWTClaimsSetVerifier<SecurityContext> {
        private final IDTokenClaimsVerifier standard;
        private final String clientId;

        Claims(Issuer issuer, String nonce) {
            this.clientId = signIn(issuer).clientId();
            this.standard = new IDTokenClaimsVerifier(
                    new com.nimbusds.oauth2.sdk.id.Issuer(issuer.url().toString()),
                    new ClientID(clientId),
                    new Nonce(nonce),
                    (int) issuer.clockSkew().toSeconds());
        }

        @Override
        public void verify(JWTClaimsSet claims, SecurityContext context) throws BadJWTException {
            standard.verify(claims, context);
            // Steps 4 and 5: SHOULD be there where there are several audiences, and SHOULD be this client.
            Object party = claims.getClaim("azp");
            if (party == null ? claims.getAudience().size() > 1 : !party.equals(clientId)) {
                throw new BadJWTException("the token was made for another client");
            }
        }
    }

    private Issuer issuer(String name) throws TokenRefused {
        return configuration
                .get()
                .issuer(name)
                .filter(i -> i.signIn().isPresent())
                .orElseThrow(() -> new TokenRefused(
                        "nobody signs in through issuer \"" + Matching.shown(name) + "\"",
                        "choose one that the page to sign in offers"));
    }

    private static Issuer.SignIn signIn(Issuer issuer) {
        return issuer.signIn().orElseThrow();
    }

    private String secret() {
        byte[] octets = new byte[OCTETS];
        random.nextBytes(octets);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    private static boolean equal(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
