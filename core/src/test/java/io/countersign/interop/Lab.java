package io.countersign.interop;

import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.interop.Specimen.Algorithm;
import io.countersign.timestamp.TimestampAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The keys everybody signs with, the authority everybody asks, and the roots everybody trusts. */
final class Lab implements AutoCloseable {
    final Path folder;
    final SoftwareKey root = TestPki.root("LAB Interop Root");
    final SoftwareKey timestampRoot = TestPki.root("LAB Interop Timestamp Root");
    final TimestampAuthority authority;
    final LoopbackTsa server;
    private final SoftwareKey rsa = publisher("RSA-3072");
    private final SoftwareKey elliptic = publisher("EC-256");

    Lab(Path folder) throws IOException {
        this.folder = folder;
        SoftwareKey timestamper = TestPki.issue(timestampRoot, "LAB Interop Timestamp Authority", Kind.TIME_STAMPING);
        authority = new TimestampAuthority("interop", timestamper, InstantSource.system());
        server = new LoopbackTsa(authority, timestamper);
        TestPki.pem(rootFile(), root.certificate());
        TestPki.pem(timestampRootFile(), timestampRoot.certificate());
        for (Algorithm algorithm : Algorithm.values()) {
            TestPki.keyPem(keyFile(algorithm), key(algorithm));
            TestPki.pem(certificateFile(algorithm), key(algorithm).certificate());
        }
    }

    private SoftwareKey publisher(String algorithm) {
        Instant now = Instant.now();
        return TestPki.issue(
                root,
                "LAB Interop Publisher " + algorithm,
                Kind.CODE_SIGNING,
                algorithm,
                now.minusSeconds(600),
                now.plus(Duration.ofDays(2)));
    }

    SoftwareKey key(Algorithm algorithm) {
        return algorithm == Algorithm.RSA_3072 ? rsa : elliptic;
    }

    Path rootFile() {
        return folder.resolve("root.pem");
    }

    Path timestampRootFile() {
        return folder.resolve("timestamp-root.pem");
    }

    Path keyFile(Algorithm algorithm) {
        return folder.resolve(algorithm + "-key.pem");
    }

    Path certificateFile(Algorithm algorithm) {
        return folder.resolve(algorithm + ".pem");
    }

    @Override
    public void close() {
        server.close();
    }
}
