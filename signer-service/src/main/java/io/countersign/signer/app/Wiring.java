package io.countersign.signer.app;

import io.agroal.api.AgroalDataSource;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.Home;
import io.countersign.hsm.Hsm;
import io.countersign.signer.api.PublicUrl;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.artifact.disk.DiskArtifactStore;
import io.countersign.signer.audit.AuditLog;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.connector.GitHubConnector;
import io.countersign.signer.identity.AddressLimits;
import io.countersign.signer.identity.BearerTokens;
import io.countersign.signer.identity.ClientCertificates;
import io.countersign.signer.identity.RateLimits;
import io.countersign.signer.identity.oidc.IdTokens;
import io.countersign.signer.identity.oidc.SignInFlow;
import io.countersign.signer.identity.session.Sessions;
import io.countersign.signer.identity.session.SignInLimits;
import io.countersign.signer.identity.token.Credentials;
import io.countersign.signer.identity.token.IssuedTokens;
import io.countersign.signer.identity.token.TokenDesk;
import io.countersign.signer.identity.token.TokenExchange;
import io.countersign.signer.identity.token.jdbc.JdbcCredentials;
import io.countersign.signer.pipeline.ApprovalDesk;
import io.countersign.signer.pipeline.Attempts;
import io.countersign.signer.pipeline.Expiry;
import io.countersign.signer.pipeline.HashSigning;
import io.countersign.signer.pipeline.Intake;
import io.countersign.signer.pipeline.LateArtifacts;
import io.countersign.signer.pipeline.PolicyResources;
import io.countersign.signer.pipeline.Retention;
import io.countersign.signer.pipeline.SigningPipeline;
import io.countersign.signer.pipeline.SigningWorkers;
import io.countersign.signer.pipeline.Sweep;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.AnnouncedRequests;
import io.countersign.signer.request.Approvals;
import io.countersign.signer.request.Drafts;
import io.countersign.signer.request.RequestChanges;
import io.countersign.signer.request.SignedApprovals;
import io.countersign.signer.request.jdbc.JdbcApprovals;
import io.countersign.signer.request.jdbc.JdbcArtifactUse;
import io.countersign.signer.request.jdbc.JdbcDrafts;
import io.countersign.signer.request.jdbc.JdbcRequests;
import io.countersign.signer.webhook.Webhooks;
import io.countersign.signer.webhook.jdbc.JdbcDeliveries;
import io.countersign.trust.TrustFolder;
import io.countersign.x509.PathBuilder;
import io.quarkus.agroal.DataSource;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Gives every plain object its collaborators. */
class Wiring {
    /** How often at most an issuer is asked for its keys. */
    private static final Duration JWKS_INTERVAL = Duration.ofSeconds(30);

    /** Of wrong tokens, and of answers of issuers, from one address, which may be that of a whole office. */
    private static final int SIGN_INS_PER_MINUTE = 60;

    /** From one address, which may be that of many builds. */
    private static final int EXCHANGES_PER_MINUTE = 600;

    /** Webhooks' receivers that are told at once; threads of no use end after a minute. */
    private static final Executor RECEIVERS = receivers(8);

    private final InstantSource clock = InstantSource.system();

    private static Executor receivers(int most) {
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(most, most, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "webhook");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    @Produces
    @Singleton
    Home home(@ConfigProperty(name = "countersign.home") java.nio.file.Path root) {
        return new Home(root);
    }

    @Produces
    @Singleton
    CurrentConfiguration configuration(Home home) {
        try {
            return CurrentConfiguration.read(home);
        } catch (ConfigurationException e) {
            throw CannotStart.because(e.getMessage());
        }
    }

    @Produces
    @Singleton
    Hsm hsm(Home home, Supplier<Configuration> configuration) {
        return Hsm.open(home, configuration.get());
    }

    @Produces
    @Singleton
    BearerTokens bearerTokens(Supplier<Configuration> configuration) {
        return new BearerTokens(configuration);
    }

    @Produces
    @Singleton
    Approvals approvals(@DataSource("embedded") AgroalDataSource database, PolicyResources resources) {
        return new SignedApprovals(new JdbcApprovals(database), resources::evidenceKey);
    }

    @Produces
    @Singleton
    SigningRules signingRules(Supplier<Configuration> configuration, AuditLog audit, Approvals approvals) {
        return new SigningRules(configuration, audit::intentsUnder, approvals::of);
    }

    @Produces
    @Singleton
    RequestChanges requestChanges() {
        return new RequestChanges();
    }

    @Produces
    @Singleton
    AnnouncedRequests requests(@DataSource("embedded") AgroalDataSource database, RequestChanges changes) {
        return new AnnouncedRequests(new JdbcRequests(database), changes);
    }

    @Produces
    @Singleton
    Drafts drafts(@DataSource("embedded") AgroalDataSource database) {
        return new JdbcDrafts(database);
    }

    @Produces
    @Singleton
    LateArtifacts lateArtifacts(
            Intake intake, ArtifactStore artifacts, AnnouncedRequests requests, Drafts drafts, RequestChanges changes) {
        return new LateArtifacts(intake, artifacts, requests, drafts, changes, clock);
    }

    @Produces
    @Singleton
    AuditLog auditLog(@DataSource("embedded") AgroalDataSource database) {
        return new JdbcAuditLog(database);
    }

    @Produces
    @Singleton
    ArtifactStore artifactStore(Home home) {
        try {
            return new DiskArtifactStore(home.artifacts(), clock);
        } catch (IOException e) {
            throw CannotStart.because("the folder " + home.artifacts() + " cannot be made or written (" + e
                    + "); make room on its disk and the folder this user's");
        }
    }

    @Produces
    @Singleton
    Retention retention(
            Supplier<Configuration> configuration,
            @DataSource("embedded") AgroalDataSource database,
            ArtifactStore artifacts) {
        return new Retention(configuration, new JdbcArtifactUse(database), artifacts, clock);
    }

    @Produces
    @Singleton
    Sweep sweep(
            @DataSource("embedded") AgroalDataSource database, ArtifactStore artifacts, AuditLog audit, Drafts drafts) {
        return new Sweep(artifacts, new JdbcArtifactUse(database), audit, drafts, clock);
    }

    @Produces
    @Singleton
    PolicyResources policyResources(
            Home home,
            Supplier<Configuration> configuration,
            Hsm hsm,
            TimestampUrls urls,
            SigningSettings settings,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        List<X509Certificate> roots = TimestampRoots.in(home.pki());
        return new PolicyResources(
                configuration,
                hsm,
                new TimestampSources(
                                configuration.get(),
                                urls.byName(),
                                settings.tsaTimeout(),
                                new PathBuilder(roots),
                                clock)::named,
                roots,
                new TrustFolder(home),
                settings.evidenceKey(),
                "countersign " + version);
    }

    @Produces
    @Singleton
    SigningPipeline signingPipeline(
            SigningRules rules,
            AuditLog audit,
            ArtifactStore artifacts,
            AnnouncedRequests requests,
            PolicyResources resources,
            Folders folders) {
        return new SigningPipeline(rules, audit, artifacts, requests, resources, folders.work(), clock);
    }

    @Produces
    @Singleton
    Attempts attempts(
            SigningRules rules,
            SigningPipeline pipeline,
            AuditLog audit,
            AnnouncedRequests requests,
            SigningSettings settings) {
        return new Attempts(
                rules, pipeline, audit, requests, settings.firstRetry(), settings.timestampPatience(), clock);
    }

    @Produces
    @Singleton
    SigningWorkers signingWorkers(
            AnnouncedRequests requests,
            Attempts attempts,
            SigningRules rules,
            Credentials credentials,
            Drafts drafts,
            RequestChanges changes,
            Retention retention,
            Sweep sweep) {
        Expiry expiry = new Expiry(rules, requests, clock);
        return new SigningWorkers(
                requests,
                attempts,
                Runtime.getRuntime().availableProcessors(),
                () -> {
                    expiry.run();
                    drafts.expire(clock.instant()).forEach(changes::changed);
                    credentials.sweep(clock.instant());
                    retention.run();
                    sweep.run();
                },
                clock);
    }

    @Produces
    @Singleton
    Intake intake(
            SigningRules rules,
            AuditLog audit,
            ArtifactStore artifacts,
            AnnouncedRequests requests,
            SigningWorkers workers) {
        return new Intake(rules, audit, artifacts, requests, workers::wake, clock);
    }

    @Produces
    @Singleton
    GitHubConnector gitHubConnector(
            Supplier<Configuration> configuration,
            Intake intake,
            Folders folders,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize most) {
        return new GitHubConnector(configuration, intake, folders.work(), most.asLongValue());
    }

    @Produces
    @Singleton
    ApprovalDesk approvalDesk(
            SigningRules rules,
            AuditLog audit,
            Approvals approvals,
            AnnouncedRequests requests,
            Intake intake,
            SigningWorkers workers) {
        return new ApprovalDesk(rules, audit, approvals, requests, intake, workers::wake, clock);
    }

    @Produces
    @Singleton
    Credentials credentials(@DataSource("embedded") AgroalDataSource database) {
        return new JdbcCredentials(database);
    }

    @Produces
    @Singleton
    IssuedTokens issuedTokens(Supplier<Configuration> configuration, Credentials credentials) {
        return new IssuedTokens(configuration, credentials, clock);
    }

    @Produces
    @Singleton
    TokenDesk tokenDesk(
            Supplier<Configuration> configuration, IssuedTokens issued, Credentials credentials, AuditLog audit) {
        return new TokenDesk(configuration, issued, credentials, audit, clock);
    }

    @Produces
    @Singleton
    ClientCertificates clientCertificates(Supplier<Configuration> configuration) {
        return new ClientCertificates(configuration, clock);
    }

    @Produces
    @Singleton
    RateLimits rateLimits(
            Supplier<Configuration> configuration,
            @ConfigProperty(name = "countersign.requests-per-minute", defaultValue = "60000") int perMinute) {
        return new RateLimits(configuration, perMinute, clock);
    }

    @Produces
    @Singleton
    AddressLimits addressLimits() {
        return new AddressLimits(EXCHANGES_PER_MINUTE, clock);
    }

    @Produces
    @Singleton
    HashSigning hashSigning(SigningRules rules, AuditLog audit, Intake intake, PolicyResources resources) {
        return new HashSigning(rules, audit, intake, resources, clock);
    }

    @Produces
    @Singleton
    TokenExchange tokenExchange(Supplier<Configuration> configuration, Credentials credentials, IssuedTokens issued) {
        return new TokenExchange(configuration, new IdTokens(configuration, JWKS_INTERVAL, clock), credentials, issued);
    }

    @Produces
    @Singleton
    Sessions sessions(
            Supplier<Configuration> configuration,
            BearerTokens tokens,
            IssuedTokens issued,
            Credentials credentials,
            RateLimits identities,
            AuditLog audit) {
        return new Sessions(
                configuration,
                tokens,
                new SignInFlow(configuration, JWKS_INTERVAL, clock),
                issued,
                credentials,
                new SignInLimits(
                        new AddressLimits(SIGN_INS_PER_MINUTE, clock),
                        new AddressLimits(SIGN_INS_PER_MINUTE, clock),
                        identities),
                audit,
                clock);
    }

    @Produces
    @Singleton
    Webhooks webhooks(
            Supplier<Configuration> configuration,
            AnnouncedRequests requests,
            Drafts drafts,
            @DataSource("embedded") AgroalDataSource database) {
        return new Webhooks(configuration, requests, drafts, new JdbcDeliveries(database), RECEIVERS, clock);
    }

    @Produces
    @Singleton
    PublicUrl publicUrl(@ConfigProperty(name = "countersign.public-url") Optional<URI> url) {
        return new PublicUrl(url);
    }
}
