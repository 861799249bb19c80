package io.countersign.cli;

import io.countersign.file.AtomicFile;
import io.countersign.x509.DistinguishedNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What a Windows test machine needs to accept lab signatures, and how to take it away again. Sources, in windows-driver-docs:
 * install/installing-a-test-certificate-on-a-test-computer.md, install/the-testsigning-boot-configuration-option.md.
 */
final class TrustKit {
    /** What Windows' editors and Windows PowerShell read without a byte order mark: ASCII with these. */
    private static final String NEW_LINE = "\r\n";

    private static final String INSTALL = "install.ps1";
    private static final String UNDO = "undo.ps1";
    private static final String README = "README.txt";

    private final Path folder;
    private final List<Part> parts = new ArrayList<>();

    /** A certificate, the file it goes into, and the store it belongs to. */
    private record Part(String file, String store, X509Certificate certificate) {
        String thumbprint() {
            // How certutil and the store name it: the SHA-1 of its encoding. A name, not a protection.
            try {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-1").digest(certificate.getEncoded()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has SHA-1, and a parsed certificate an encoding", e);
            }
        }
    }

    private TrustKit(Path folder, X509Certificate root, Optional<X509Certificate> timestampRoot, X509Certificate leaf) {
        this.folder = folder;
        parts.add(new Part("lab-root.cer", "Root", root));
        timestampRoot.ifPresent(t -> parts.add(new Part("lab-timestamp-root.cer", "Root", t)));
        parts.add(new Part("lab-publisher.cer", "TrustedPublisher", leaf));
    }

    /**
     * Writes certificates as DER, which certutil, PowerShell and a double click take, both scripts, and a text that explains them.
     *
     * @param folder is made if it is not there; its other files stay
     */
    static TrustKit write(
            Path folder, X509Certificate root, Optional<X509Certificate> timestampRoot, X509Certificate publisher)
            throws IOException {
        TrustKit kit = new TrustKit(folder, root, timestampRoot, publisher);
        Files.createDirectories(folder);
        for (Part part : kit.parts) {
            try {
                byte[] der = part.certificate().getEncoded();
                AtomicFile.write(folder.resolve(part.file()), temporary -> Files.write(temporary, der));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("a parsed certificate has no encoding", e);
            }
        }
        kit.text(INSTALL, kit.install());
        kit.text(UNDO, kit.undo());
        kit.text(README, kit.readme());
        return kit;
    }

    private void text(String name, List<String> lines) throws IOException {
        // Names are the only part that is not ours: a certificate may be called anything.
        String text = (String.join(NEW_LINE, lines) + NEW_LINE).replaceAll("[^\\r\\n -~]", "?");
        AtomicFile.write(
                folder.resolve(name), temporary -> Files.writeString(temporary, text, StandardCharsets.US_ASCII));
    }

    /** What was written, by name. */
    List<String> files() {
        List<String> files = new ArrayList<>(parts.stream().map(Part::file).toList());
        files.addAll(List.of(INSTALL, UNDO, README));
        return files;
    }

    private static List<String> head(String what) {
        return List.of(
                "#Requires -RunAsAdministrator",
                "# Countersign LAB trust kit: " + what,
                "# For a Windows *test* machine only, never one you rely on. Read README.txt first.",
                "$ErrorActionPreference = 'Stop'");
    }

    private List<String> install() {
        List<String> lines = new ArrayList<>(head("accept signatures of this lab. undo.ps1 takes it back."));
        for (Part part : parts) {
            lines.add("# " + describe(part));
            lines.add("Import-Certificate -FilePath (Join-Path $PSScriptRoot '" + part.file()
                    + "') -CertStoreLocation Cert:\\LocalMachine\\" + part.store());
        }
        return lines;
    }

    private List<String> undo() {
        List<String> lines = new ArrayList<>(head("what install.ps1 added is removed; nothing else is."));
        for (Part part : parts) {
            lines.add("# " + describe(part));
            lines.add("Get-ChildItem -Path Cert:\\LocalMachine\\" + part.store()
                    + " | Where-Object { $_.Thumbprint -eq '" + part.thumbprint() + "' } | Remove-Item");
        }
        return lines;
    }

    private static String describe(Part part) {
        return DistinguishedNames.commonName(part.certificate()) + ", valid until "
                + part.certificate().getNotAfter().toInstant();
    }

    private List<String> readme() {
        List<String> lines = new ArrayList<>(List.of(
                "Countersign LAB trust kit",
                "=========================",
                "",
                "With it a Windows TEST machine accepts what this lab signs. Never install it on a machine you rely on:",
                "whoever has the lab's keys could then sign anything for it.",
                "",
                "What is in it"));
        for (Part part : parts) {
            lines.add("  " + part.file() + "  for the store LocalMachine\\" + part.store());
            lines.add("    " + describe(part));
            lines.add("    SHA-1 thumbprint " + part.thumbprint());
        }
        lines.addAll(List.of("", "Install, in PowerShell as administrator, in this folder"));
        lines.add("  powershell -ExecutionPolicy Bypass -File .\\" + INSTALL);
        lines.add("or in a command prompt as administrator");
        parts.forEach(p -> lines.add("  " + add(p)));
        lines.addAll(List.of("", "Undo"));
        lines.add("  powershell -ExecutionPolicy Bypass -File .\\" + UNDO);
        lines.add("or");
        parts.forEach(p -> lines.add("  " + delete(p)));
        lines.addAll(List.of(
                "",
                "What it does, and what it does not",
                "  Programs, installers and 'signtool verify /pa' accept the lab's signatures, and a driver package of the",
                "  lab's publisher installs without a question.",
                "  The kernel does not look at these stores: it has a list of roots of its own, and nobody can add one. To",
                "  load a driver the lab signed, put the machine into test-signing mode and restart it:",
                "    bcdedit /set testsigning on",
                "  Where Secure Boot is on, that is refused (\"protected by Secure Boot policy\"): turn Secure Boot off in the",
                "  firmware first. While the mode is on, the desktop shows a watermark, \"Test Mode\". To leave it, and restart:",
                "    bcdedit /set testsigning off",
                "  A signature without a timestamp ends with its publisher's certificate; with one it outlives it."));
        return lines;
    }

    private static String add(Part part) {
        return "certutil -addstore " + part.store() + " " + part.file();
    }

    private static String delete(Part part) {
        return "certutil -delstore " + part.store() + " " + part.thumbprint();
    }

    /** The short form of it, for a terminal. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("To have a Windows *test* machine accept it (never a machine you rely on), copy " + folder);
        lines.add("there, read its " + README + ", and run as administrator:");
        lines.add("  powershell -ExecutionPolicy Bypass -File .\\" + INSTALL);
        lines.add("  bcdedit /set testsigning on       (drivers only; Secure Boot must be off; restart after it)");
        lines.add("To undo all of it:");
        lines.add("  powershell -ExecutionPolicy Bypass -File .\\" + UNDO);
        lines.add("  bcdedit /set testsigning off      (restart after it)");
        return lines;
    }
}
