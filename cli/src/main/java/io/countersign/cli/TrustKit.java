package io.countersign.cli;

import io.countersign.home.Configuration;
import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;

/**
 * What a Windows test machine needs to accept lab signatures, and how to take it away again:
 * https://learn.microsoft.com/windows-hardware/drivers/install/installing-a-test-certificate-on-a-test-computer.
 */
record TrustKit(Path folder, X509Certificate root, X509Certificate publisher) {
    private static final String ROOT = "lab-root.cer";
    private static final String PUBLISHER = "lab-publisher.cer";

    /** Writes both certificates as DER, which certutil and a double click both take. */
    static TrustKit write(Path folder, Path rootPem, Configuration.Key publisher) throws IOException {
        Files.createDirectories(folder);
        TrustKit kit = new TrustKit(
                folder,
                PemCertificates.read(rootPem).get(0),
                PemCertificates.read(publisher.chain().get(0)).get(0));
        try {
            Files.write(folder.resolve(ROOT), kit.root.getEncoded());
            Files.write(folder.resolve(PUBLISHER), kit.publisher.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a parsed certificate has no encoding", e);
        }
        return kit;
    }

    List<String> lines() {
        return List.of(
                "To have a Windows *test* machine accept it (never a machine you rely on), copy " + folder,
                "there and run as administrator:",
                "  certutil -addstore Root " + ROOT,
                "  certutil -addstore TrustedPublisher " + PUBLISHER,
                "  bcdedit /set testsigning on       (drivers only; Secure Boot must be off; restart after it)",
                "To undo all of it:",
                "  certutil -delstore Root " + thumbprint(root),
                "  certutil -delstore TrustedPublisher " + thumbprint(publisher),
                "  bcdedit /set testsigning off      (restart after it)");
    }

    /** How certutil names a certificate: the SHA-1 of its encoding. A name, not a protection. */
    private static String thumbprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-1, and a parsed certificate an encoding", e);
        }
    }
}
