package io.countersign.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever one signs, each of the others accepts, and refuses when an octet of it is changed: countersign, osslsigncode, jsign and
 * sbsigntool; plain, nested, page-hashed and timestamped; SHA-256 and SHA-384; RSA-3072 and P-256. What a tool cannot do is
 * left out, and the reason printed.
 */
class InteropTest {
    private static final Path DRIVER = Path.of("..", "samples", "hello-driver", "prebuilt", "hello.sys");

    /** In the driver's code. */
    private static final int COVERED = 0x420;

    @TempDir
    private static Path folder;

    private static Lab lab;

    @BeforeAll
    static void open() throws IOException {
        lab = new Lab(folder);
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    static List<Arguments> matrix() {
        List<Arguments> matrix = new ArrayList<>();
        Set<String> leftOut = new TreeSet<>();
        for (Signer signer : Signer.values()) {
            for (Verifier verifier : Verifier.values()) {
                for (Specimen specimen : Specimen.all()) {
                    Optional<String> reason = signer.cannot(specimen).or(() -> verifier.cannot(specimen));
                    reason.ifPresent(leftOut::add);
                    if (reason.isEmpty() && !signer.name().equals(verifier.name())) {
                        matrix.add(Arguments.of(signer, specimen, verifier));
                    }
                }
            }
        }
        leftOut.forEach(reason -> System.err.println("interop: left out, since " + reason));
        return matrix;
    }

    @ParameterizedTest(name = "{0} signs: {1}; {2} verifies")
    @MethodSource("matrix")
    void eachVerifiesWhatTheOthersSigned(Signer signer, Specimen specimen, Verifier verifier) throws Exception {
        Path signed = signer.sign(lab, DRIVER, specimen);

        assertThat(verifier.objection(lab, signed, specimen)).isEmpty();
        byte[] changed = Files.readAllBytes(signed);
        changed[COVERED] ^= 1;
        Optional<String> objection =
                verifier.objection(lab, Files.write(folder.resolve("changed.sys"), changed), specimen);
        assertThat(objection).isPresent();
    }
}
