package io.countersign.signer.pipeline;

import static io.countersign.signer.fixture.Examples.NOW;

import io.countersign.fixture.PeSample;
import io.countersign.home.Configuration;
import io.countersign.home.Home;
import io.countersign.home.Policy;
import io.countersign.hsm.Hsm;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.artifact.disk.DiskArtifactStore;
import io.countersign.signer.audit.jdbc.JdbcAuditLog;
import io.countersign.signer.fixture.Database;
import io.countersign.signer.fixture.Examples;
import io.countersign.signer.policy.SigningRules;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.Submission;
import io.countersign.signer.request.jdbc.JdbcRequests;
import io.countersign.timestamp.http.HttpTimestampSource;
import io.countersign.trust.TrustFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Attempts in a home that has a configuration, but no tokens, so that none of them can succeed. */
abstract class TokenlessFixture {
    @TempDir
    Path folder;

    JdbcRequests requests;
    JdbcAuditLog audit;
    ArtifactStore artifacts;

    @BeforeEach
    void open() throws IOException {
        DataSource database = Database.in(folder);
        requests = new JdbcRequests(database);
        audit = new JdbcAuditLog(database);
        artifacts = new DiskArtifactStore(folder.resolve("artifacts"), InstantSource.system());
    }

    Attempts attempts(Configuration present) {
        return attempts(present, Examples.rules(present));
    }

    Attempts attempts(Configuration present, SigningRules rules) {
        PolicyResources resources = new PolicyResources(
                () -> present,
                Hsm.open(new Home(folder), present),
                names -> new HttpTimestampSource(
                        URI.create("http://127.0.0.1:9/"),
                        Duration.ofSeconds(1),
                        InstantSource.system(),
                        Optional.empty()),
                List.of(),
                new TrustFolder(new Home(folder)),
                "evidence",
                "test");
        SigningPipeline pipeline = new SigningPipeline(rules, audit, artifacts, requests, resources, folder, () -> NOW);
        return new Attempts(rules, pipeline, audit, requests, Duration.ofSeconds(5), Duration.ofHours(24), () -> NOW);
    }

    Processing claimed(int attempt) throws IOException {
        return claimed(attempt, Examples.configuration(Examples.testSigning()), Examples.testSigning());
    }

    Processing claimed(int attempt, Configuration configuration, Policy policy) throws IOException {
        Submission example = Examples.submission(configuration, policy);
        Path upload = PeSample.plus().writeTo(folder.resolve("upload"));
        Submission submission = new Submission(
                example.id(),
                example.project(),
                example.policy(),
                example.policyForm(),
                example.submitter(),
                example.fileName(),
                example.description(),
                artifacts.keep(upload),
                1,
                NOW,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        requests.add(Queued.first(submission));
        Processing held = requests.claim("w", NOW, NOW).orElseThrow();
        while (held.attempt() < attempt) {
            held = requests.claim("w", NOW, NOW).orElseThrow();
        }
        return held;
    }

    SigningRequest after(Processing request) {
        return requests.find(request.id()).orElseThrow();
    }
}
