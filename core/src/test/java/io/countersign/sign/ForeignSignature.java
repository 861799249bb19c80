package io.countersign.sign;

import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.Tool;
import java.nio.file.Path;

/** Files that osslsigncode signed. */
final class ForeignSignature {
    private ForeignSignature() {}

    static void sign(SoftwareKey key, Path input, Path output) {
        Path privateKey = TestPki.keyPem(output.resolveSibling("key.pem"), key);
        Path certificate = TestPki.pem(output.resolveSibling("certificate.pem"), key.certificate());
        Tool.named("osslsigncode", "osslsigncode")
                .mustRun(
                        "sign",
                        "-certs",
                        certificate,
                        "-key",
                        privateKey,
                        "-h",
                        "sha256",
                        "-in",
                        input,
                        "-out",
                        output);
    }
}
