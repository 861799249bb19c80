package io.countersign.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.countersign.fixture.CmsSample;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.TestPki.Kind;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.key.KeyUnavailable;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import io.countersign.sign.SignFile;
import io.countersign.sign.SignFile.Options;
import io.countersign.sign.UnacceptableFile;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.timestamp.TimestampSource;
import io.countersign.timestamp.TimestampUnavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** Keys, honest files to start from, and a judge that watches what a hostile file costs. */
final class HostileLab {
    static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    static final SoftwareKey ROOT = TestPki.root("LAB Root", NOW.minus(Duration.ofDays(100)));
    static final SoftwareKey PUBLISHER = publisher(ROOT, "LAB Publisher", Kind.CODE_SIGNING);
    static final SoftwareKey TIMESTAMP_ROOT = TestPki.root("LAB Timestamp Root", NOW.minus(Duration.ofDays(100)));
    static final SoftwareKey TIMESTAMPER = publisher(TIMESTAMP_ROOT, "LAB Timestamp Authority", Kind.TIME_STAMPING);

    /** Octets a verification may allocate in all, most of them at different times. */
    private static final long ALLOCATION_LIMIT = 100L << 20;

    private HostileLab() {}

    static SoftwareKey publisher(SoftwareKey issuer, String name, Kind kind) {
        return TestPki.issue(issuer, name, kind, "RSA", NOW.minusSeconds(600), NOW.plusSeconds(600));
    }

    static TimestampSource timestamps() {
        return new TimestampAuthority("LAB", TIMESTAMPER, InstantSource.fixed(NOW));
    }

    /** 0x600 octets, unsigned. */
    static byte[] unsigned() {
        return PeSample.plus().toByteArray();
    }

    /** The same, signed and timestamped by our own signer. */
    static byte[] signed() {
        return signed(unsigned());
    }

    static byte[] signed(byte[] unsigned) {
        return inFolder(folder -> {
            Path out = folder.resolve("out.exe");
            try {
                new SignFile(PUBLISHER, Optional.of(timestamps()))
                        .sign(Files.write(folder.resolve("in.exe"), unsigned), out, Options.defaults());
                return Files.readAllBytes(out);
            } catch (UnacceptableFile | KeyUnavailable | TimestampUnavailable e) {
                throw new AssertionError(e);
            }
        });
    }

    static CmsSample cms(byte[] unsigned) {
        return CmsSample.by(PUBLISHER, imageDigest(unsigned, DigestAlgorithm.SHA256));
    }

    static Digest imageDigest(byte[] unsigned, DigestAlgorithm algorithm) {
        try {
            ByteSource source = ByteSource.of(Bytes.of(unsigned));
            return ImageScan.of(PeImage.parse(source), source, EnumSet.of(algorithm))
                    .imageDigest(algorithm);
        } catch (IOException | MalformedPe e) {
            throw new IllegalArgumentException(e);
        }
    }

    static Report judge(byte[] file) {
        return judge(file, ROOT.certificate());
    }

    /** Verifies against these roots and wants it cheap; wall time is bounded by the tests' own limit. */
    static Report judge(byte[] file, X509Certificate... roots) {
        VerifyFile verifier = new VerifyFile(List.of(roots), List.of(TIMESTAMP_ROOT.certificate()), NOW);
        return inFolder(folder -> {
            Path path = Files.write(folder.resolve("hostile.exe"), file);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            Report report = verifier.verify(path);
            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .as("octets allocated")
                    .isLessThan(ALLOCATION_LIMIT);
            return report;
        });
    }

    /** Wants the file malformed, for this reason, at this offset. */
    static void assertMalformed(byte[] file, String reason, long offset) {
        Report report = judge(file);
        assertThat(report.verdict()).isInstanceOf(Verdict.Malformed.class);
        assertThat(((Verdict.Malformed) report.verdict()).reason())
                .contains(reason)
                .contains("at offset 0x" + Long.toHexString(offset) + ")");
    }

    static void assertUntrusted(Report report, String reason) {
        assertThat(report.verdict()).isInstanceOf(Verdict.Untrusted.class);
        assertThat(((Verdict.Untrusted) report.verdict()).reasons()).anyMatch(r -> r.contains(reason));
    }

    static void assertTrusted(Report report) {
        assertThat(report.verdict()).isEqualTo(new Verdict.Trusted());
    }

    /** Wants a note of this check with these words. */
    static void assertNoted(Report report, String check, String words) {
        assertThat(report.findings())
                .filteredOn(f -> f.check().equals(check) && f.outcome() == Finding.Outcome.NOTE)
                .anyMatch(f -> f.message().contains(words));
    }

    private interface Use<T> {
        T in(Path folder) throws IOException;
    }

    private static <T> T inFolder(Use<T> use) {
        try {
            Path folder = Files.createTempDirectory("hostile");
            try {
                return use.in(folder);
            } finally {
                for (String name : List.of("in.exe", "out.exe", "hostile.exe")) {
                    Files.deleteIfExists(folder.resolve(name));
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
