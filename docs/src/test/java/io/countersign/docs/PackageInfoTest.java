package io.countersign.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A package whose purpose does not fit in one sentence is two packages. */
class PackageInfoTest {
    @Test
    void everyPackageSaysWhatItKnows() throws IOException {
        List<Path> sources = Repository.files(
                p -> p.toString().endsWith(".java") && p.toString().contains("/src/main/java/"));
        Set<Path> packages = new TreeSet<>();
        sources.forEach(source -> packages.add(source.getParent()));
        Set<Path> silent = new TreeSet<>();
        for (Path folder : packages) {
            Path info = folder.resolve("package-info.java");
            if (!Files.isRegularFile(info) || !Files.readString(info).strip().startsWith("/** ")) {
                silent.add(Repository.ROOT.relativize(folder));
            }
        }
        assertThat(packages).isNotEmpty();
        assertThat(silent)
                .as("packages without a package-info.java that opens with /** purpose */")
                .isEmpty();
    }
}
