package io.countersign.bench;

import io.countersign.fixture.PeSample;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.ByteSource;
import io.countersign.pe.ImageScan;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PageHashes;
import io.countersign.pe.PeImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Milliseconds for 64 MiB from a file in the page cache. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DigestBenchmark {
    private static final int SIZE = 64 << 20;

    private Path file;
    private ByteSource source;
    private PeImage image;

    @Setup
    public void open() throws IOException, MalformedPe {
        file = PeSample.plus().sectionSize(SIZE).writeTo(Files.createTempFile("countersign-bench-", ".sys"));
        source = ByteSource.open(file);
        image = PeImage.parse(source);
    }

    @TearDown
    public void delete() throws IOException {
        source.close();
        Files.delete(file);
    }

    /** What the bytes cost: read in the same blocks, digested by the JDK. */
    @Benchmark
    public byte[] sha256OfTheJdk() throws IOException {
        MessageDigest digest = DigestAlgorithm.SHA256.newMessageDigest();
        ByteBuffer block = ByteBuffer.allocate(1 << 18);
        for (long at = 0; at < source.size(); at += block.limit()) {
            block.clear().limit((int) Math.min(block.capacity(), source.size() - at));
            source.read(at, block);
            digest.update(block.flip());
        }
        return digest.digest();
    }

    /** As verifying reads a file. */
    @Benchmark
    public Digest imageDigest() throws IOException {
        return ImageScan.withoutSha256(image, source, EnumSet.of(DigestAlgorithm.SHA256))
                .imageDigest(DigestAlgorithm.SHA256);
    }

    /** As signing reads a file, but for the copy. */
    @Benchmark
    public Digest imageDigestAndSha256() throws IOException {
        return ImageScan.of(image, source, EnumSet.of(DigestAlgorithm.SHA256)).sha256();
    }

    @Benchmark
    public PageHashes pageHashes() throws IOException, MalformedPe {
        return PageHashes.of(image, source, DigestAlgorithm.SHA256);
    }
}
