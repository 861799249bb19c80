package io.countersign.signer.pipeline;

import static io.countersign.signer.fixture.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.ca.LabCa;
import io.countersign.ca.RevocationReason;
import io.countersign.fixture.PeSample;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import io.countersign.home.Policy;
import io.countersign.hsm.Hsm;
import io.countersign.key.Digest;
import io.countersign.key.KeyUnavailable;
import io.countersign.sign.UnacceptableFile;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.artifact.disk.DiskArtifactStore;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.fixture.ForwardingStore;
import io.countersign.signer.fixture.LabHome;
import io.countersign.signer.fixture.LabTsa;
import io.countersign.signer.policy.ApprovedToSign;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.Submission;
import io.countersign.signer.request.jdbc.JdbcRequests;
import io.countersign.timestamp.http.HttpTimestampSource;
import io.countersign.trust.TrustFolder;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the pipeline does not release, with the keys of the lab home. */
class SigningPipelineTest {
    @TempDir
    Path folder;

    private Home home;
    private Configuration configuration;
    private JdbcRequests requests;
    private JdbcAuditLog audit;

    @BeforeEach
    void open() throws Exception {
        requests = new JdbcRequests(Database.in(folder));
        audit = new JdbcAuditLog(Database.in(folder));
        home = LabHome.made();
        configuration = ConfigurationFile.read(home);
    }

    private PolicyResources resources(Configuration present, URI tsa) throws Exception {
        try (InputStream root = Files.newInputStream(home.pki().resolve("lab-timestamp-root.pem"))) {
            return new PolicyResources(
                    () -> present,
                    Hsm.open(home, present),
                    names -> new HttpTimestampSource(
                            tsa, Duration.ofSeconds(30), InstantSource.system(), Optional.empty()),
                    List.of((X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(root)),
                    new TrustFolder(new Home(folder)),
                    "evidence",
                    "test");
        }
    }

    private Policy policy() {
        return configuration
                .project("hello-driver")
                .orElseThrow()
                .policy("test-signing")
                .orElseThrow();
    }

    /** A store on its way into which a file changes. */
    private static final class Damaging extends ForwardingStore {
        Damaging(ArtifactStore store) {
            super(store);
        }

        @Override
        public Digest keep(Path file) throws IOException {
            Files.write(file, new byte[8], StandardOpenOption.APPEND);
            return super.keep(file);
        }
    }

    @Test
    void aFileThatChangesAfterItWasJudgedIsNotReleased() throws Exception {
        DiskArtifactStore store = new DiskArtifactStore(folder.resolve("artifacts"), InstantSource.system());
        Processing request = claimed(store);
        assertThatThrownBy(() -> sign(request, new Damaging(store)))
                .isInstanceOf(Untrusted.class)
                .hasMessageContaining("came into the artifact store as");
        assertThat(audit.of(request.id())).singleElement().isInstanceOf(Intent.class);
        assertThat(requests.find(request.id())).contains(request);
    }

    @Test
    void whatIsSignedUnderARevokedCertificateIsNotReleased() throws Exception {
        DiskArtifactStore store = new DiskArtifactStore(folder.resolve("artifacts"), InstantSource.system());
        Processing request = claimed(store);
        Home lists = new Home(folder);
        Files.createDirectories(lists.pki());
        Files.copy(home.pki().resolve("lab-publisher.pem"), lists.pki().resolve("lab-publisher.pem"));
        X509Certificate publisher =
                PemCertificates.read(lists.pki().resolve("lab-publisher.pem")).get(0);
        LabCa.of(lists, configuration, Hsm.open(home, configuration), InstantSource.system())
                .revoke(
                        publisher.getSerialNumber().toString(16),
                        RevocationReason.KEY_COMPROMISE,
                        Optional.of(publisher.getNotBefore().toInstant()));

        assertThatThrownBy(() -> sign(request, store))
                .isInstanceOf(Untrusted.class)
                .hasMessageContaining("“Countersign LAB Publisher” is revoked since");
        assertThat(requests.find(request.id())).contains(request);
    }

    @Test
    void aFileThatChangedInTheStoreSinceItsApprovalIsNotSigned() throws Exception {
        DiskArtifactStore store = new DiskArtifactStore(folder.resolve("artifacts"), InstantSource.system());
        Processing request = claimed(store);
        Path kept = store.file(request.submission().artifact());
        PeSample.pe32().writeTo(kept);
        Path journal = home.log().resolve("key-use.jsonl");
        long uses = codeSignatures(journal);
        assertThatThrownBy(() -> sign(request, store))
                .isInstanceOf(UnacceptableFile.class)
                .hasMessageContaining("approved was " + request.submission().artifact());
        assertThat(codeSignatures(journal)).isEqualTo(uses);
        assertThat(requests.find(request.id())).contains(request);
    }

    private static long codeSignatures(Path journal) throws IOException {
        try (Stream<String> lines = Files.lines(journal)) {
            return lines.filter(l -> l.contains("CODE_SIGNING")).count();
        }
    }

    private Processing claimed(ArtifactStore store) throws IOException {
        SigningRules rules = Examples.rules(configuration);
        Digest upload = store.keep(PeSample.plus().writeTo(folder.resolve("upload")));
        requests.add(Queued.first(new Submission(
                UUID.randomUUID(),
                "hello-driver",
                "test-signing",
                rules.form("hello-driver", "test-signing").text(),
                "ci",
                "hello.sys",
                Optional.empty(),
                upload,
                1,
                NOW,
                Optional.empty(),
                Optional.empty(),
                Optional.empty())));
        return requests.claim("w", NOW, NOW).orElseThrow();
    }

    private void sign(Processing request, ArtifactStore store) throws Exception {
        SigningRules rules = Examples.rules(configuration);
        try (LabTsa tsa = LabTsa.start(home, LabTsa.Mode.GOOD)) {
            new SigningPipeline(
                            rules,
                            audit,
                            store,
                            requests,
                            resources(configuration, tsa.url()),
                            folder,
                            InstantSource.system())
                    .sign((ApprovedToSign) rules.decide(request, Instant.now()));
        }
    }

    @Test
    void aKeyWhoseChainDoesNotEndInARootIsNotUsed() throws Exception {
        Configuration cut = new Configuration(
                configuration.organization(),
                configuration.pkiBaseUrl(),
                configuration.tokens(),
                configuration.keys().stream()
                        .map(k -> k.name().equals("publisher")
                                ? new Configuration.Key(
                                        k.name(),
                                        k.token(),
                                        k.label(),
                                        k.chain().subList(0, 2),
                                        k.local())
                                : k)
                        .toList(),
                configuration.timestampAuthorities(),
                configuration.issuers(),
                configuration.identities(),
                configuration.githubApi(),
                configuration.projects());
        PolicyResources resources = resources(cut, URI.create("http://127.0.0.1:9/"));
        assertThatThrownBy(() -> resources.prepare(policy()))
                .isInstanceOfSatisfying(
                        KeyUnavailable.class, e -> assertThat(e.isPermanent()).isTrue())
                .hasMessageContaining("lab-ev-ca.pem")
                .hasMessageContaining("root last");
        assertThatThrownBy(resources::examineKeys).isInstanceOf(UnfitKey.class);
        resources(configuration, URI.create("http://127.0.0.1:9/")).examineKeys();
    }
}
