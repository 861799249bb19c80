package io.countersign.interop;

import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.Tool;
import io.countersign.interop.Specimen.Kind;
import io.countersign.key.DigestAlgorithm;
import io.countersign.sign.SignFile;
import io.countersign.sign.SignFile.Existing;
import io.countersign.sign.SignFile.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jsign.AuthenticodeSigner;
import net.jsign.Signable;
import net.jsign.timestamp.TimestampingMode;

/** Who signs. */
enum Signer {
    COUNTERSIGN {
        @Override
        Optional<String> cannot(Specimen specimen) {
            return specimen.kind() == Kind.COUNTERSIGNED
                    ? Optional.of("countersign verifies countersignatures and makes none")
                    : Optional.empty();
        }

        @Override
        void signOnce(Lab lab, Path from, Path to, Specimen specimen) throws Exception {
            Options options = new Options(
                    specimen.digest(), Existing.APPEND, Optional.of("interop"), Optional.of("https://x.example"));
            new SignFile(
                            lab.key(specimen.key()),
                            specimen.kind() == Kind.TIMESTAMPED ? Optional.of(lab.authority) : Optional.empty())
                    .sign(from, to, options.withPageHashes(specimen.kind() == Kind.PAGE_HASHED));
        }
    },

    OSSLSIGNCODE {
        @Override
        void signOnce(Lab lab, Path from, Path to, Specimen specimen) {
            List<Object> arguments = new ArrayList<>(List.of("sign", "-h", shortName(specimen.digest())));
            arguments.addAll(List.of("-key", lab.keyFile(specimen.key())));
            arguments.addAll(List.of("-certs", lab.certificateFile(specimen.key())));
            switch (specimen.kind()) {
                case NESTED -> arguments.add("-nest");
                case PAGE_HASHED -> arguments.add("-ph");
                case TIMESTAMPED -> arguments.addAll(List.of("-ts", lab.server.url()));
                case COUNTERSIGNED -> arguments.addAll(List.of("-t", lab.server.countersigningUrl()));
                case SINGLE -> {
                    // as it does unasked
                }
            }
            arguments.addAll(List.of("-in", from, "-out", to));
            Tool.named("osslsigncode", "osslsigncode").mustRun(arguments.toArray());
        }
    },

    JSIGN {
        @Override
        Optional<String> cannot(Specimen specimen) {
            return specimen.kind() == Kind.PAGE_HASHED ? Optional.of("jsign makes no page hashes") : Optional.empty();
        }

        @Override
        void signOnce(Lab lab, Path from, Path to, Specimen specimen) throws Exception {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
            SoftwareKey key = lab.key(specimen.key());
            boolean old = specimen.kind() == Kind.COUNTERSIGNED;
            AuthenticodeSigner signer = new AuthenticodeSigner(key.chain().toArray(X509Certificate[]::new), key.key())
                    .withDigestAlgorithm(net.jsign.DigestAlgorithm.of(shortName(specimen.digest())))
                    .withTimestamping(specimen.timestamped())
                    .withTimestampingMode(old ? TimestampingMode.AUTHENTICODE : TimestampingMode.RFC3161)
                    .withTimestampingAuthority(old ? lab.server.countersigningUrl() : lab.server.url());
            try (Signable file = Signable.of(to.toFile())) {
                signer.sign(file);
            }
        }
    },

    SBSIGN {
        @Override
        Optional<String> cannot(Specimen specimen) {
            if (specimen.kind() != Kind.SINGLE) {
                return Optional.of("sbsign makes plain signatures only; a second one is a second table entry");
            }
            return specimen.digest() == DigestAlgorithm.SHA256
                    ? Optional.empty()
                    : Optional.of("sbsign signs with SHA-256 only");
        }

        @Override
        void signOnce(Lab lab, Path from, Path to, Specimen specimen) {
            Tool.named("sbsign", "sbsigntool")
                    .mustRun(
                            "--key",
                            lab.keyFile(specimen.key()),
                            "--cert",
                            lab.certificateFile(specimen.key()),
                            "--output",
                            to,
                            from);
        }
    };

    /** Why there is no such specimen of its making; empty if there is. */
    Optional<String> cannot(Specimen specimen) {
        return Optional.empty();
    }

    /** Adds one signature. */
    abstract void signOnce(Lab lab, Path from, Path to, Specimen specimen) throws Exception;

    final Path sign(Lab lab, Path unsigned, Specimen specimen) throws Exception {
        Path signed = lab.folder.resolve(this + "-" + specimen.toString().replace(' ', '-') + ".sys");
        if (Files.exists(signed)) {
            return signed;
        }
        Path from = unsigned;
        for (int i = 1; i <= specimen.signatures(); i++) {
            Path to = i == specimen.signatures()
                    ? signed
                    : Files.createTempDirectory(lab.folder, "once").resolve("once.sys");
            Specimen now =
                    i < specimen.signatures() ? new Specimen(Kind.SINGLE, specimen.digest(), specimen.key()) : specimen;
            signOnce(lab, from, to, now);
            from = to;
        }
        return signed;
    }

    static String shortName(DigestAlgorithm digest) {
        return digest == DigestAlgorithm.SHA384 ? "sha384" : "sha256";
    }
}
