package io.countersign.signer.artifact.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.key.Digest;
import io.countersign.signer.artifact.ArtifactStore;
import io.countersign.signer.fixture.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskArtifactStoreTest {
    @TempDir
    Path folder;

    private DiskArtifactStore store() throws IOException {
        return new DiskArtifactStore(folder.resolve("artifacts"), InstantSource.system());
    }

    private Path upload(String content) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "upload", null), content);
    }

    @Test
    void aKeptFileLiesUnderItsDigestAndNoLongerWhereItWas() throws IOException {
        Path upload = upload("hello");
        Digest digest = store().keep(upload);

        assertThat(digest).isEqualTo(Examples.sha256("hello"));
        assertThat(store().file(digest)).hasContent("hello");
        assertThat(upload).doesNotExist();
    }

    @Test
    void theSameBytesAreKeptOnce() throws IOException {
        Digest first = store().keep(upload("hello"));
        Path again = upload("hello");
        assertThat(store().keep(again)).isEqualTo(first);
        assertThat(again).doesNotExist();
        try (Stream<Path> files = Files.walk(folder.resolve("artifacts"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
    }

    @Test
    void aDamagedFileIsReplacedByTheGoodOne() throws IOException {
        Digest digest = store().keep(upload("hello"));
        Files.writeString(store().file(digest), "h");

        assertThat(store().keep(upload("hello"))).isEqualTo(digest);
        assertThat(store().file(digest)).hasContent("hello");
    }

    @Test
    void whatWasNeverKeptIsNotThere() {
        assertThatThrownBy(() -> store().file(Examples.sha256("nothing"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileThatIsNotThereIsNotKept() {
        assertThatThrownBy(() -> store().keep(folder.resolve("absent"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void allThatIsKeptIsWalkedThroughInPiecesAndNothingElse() throws IOException {
        List<Digest> kept = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            kept.add(store().keep(upload("hello " + i)));
        }
        Files.writeString(folder.resolve("artifacts/sha256/README"), "not ours");
        Files.writeString(store().file(kept.get(0)).resolveSibling("notes"), "not ours");
        List<Digest> walked = new ArrayList<>();
        Optional<Digest> last = Optional.empty();
        do {
            List<Digest> piece = store().after(last, 3);
            assertThat(piece).hasSizeLessThanOrEqualTo(3);
            walked.addAll(piece);
            last = piece.stream().reduce((a, b) -> b);
        } while (last.isPresent());
        assertThat(walked).containsExactlyInAnyOrderElementsOf(kept);
    }

    @Test
    void theDigestOfAFileLongerThanOneBlockIsThatOfAllOfIt() throws IOException {
        String content = "0123456789".repeat(20_000);
        assertThat(ArtifactStore.digestOf(upload(content))).isEqualTo(Examples.sha256(content));
    }
}
