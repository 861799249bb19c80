package io.countersign.sign;

import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Files that osslsigncode signed. */
final class ForeignSignature {
    private ForeignSignature() {}

    static void sign(SoftwareKey key, Path input, Path output) throws IOException {
        Path privateKey = Files.writeString(
                output.resolveSibling("key.pem"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(key.key().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
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
