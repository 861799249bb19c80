package io.countersign.cli;

import io.countersign.key.DigestAlgorithm;
import io.countersign.sign.SignFile;
import io.countersign.sign.SignFile.Existing;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a signature says, for {@code sign} and {@code digest}. */
final class SignatureOptions {
    @Option(
            names = "--digest",
            paramLabel = "ALGORITHM",
            converter = DigestName.class,
            defaultValue = "sha256",
            description = "sha256 (the default), sha384 or sha512.")
    private DigestAlgorithm digest = DigestAlgorithm.SHA256;

    @Option(
            names = "--page-hashes",
            description =
                    "Of PE files, sign the SHA-256 of every page too, so that Windows checks pages as they are read.")
    private boolean pageHashes;

    @Option(
            names = "--rmc",
            description =
                    "Have Windows excuse octets in the signature that look like an archive, as signtool's /rmc does;"
                            + " 'sign' does so unasked when there are some.")
    private boolean relaxedMarkerCheck;

    @Option(names = "--description", paramLabel = "TEXT", description = "What Windows shows as the program's name.")
    private Optional<String> description = Optional.empty();

    @Option(names = "--url", paramLabel = "URL", description = "Where to read more about the program.")
    private Optional<URI> url = Optional.empty();

    private static final class DigestName implements ITypeConverter<DigestAlgorithm> {
        @Override
        public DigestAlgorithm convert(String name) {
            return switch (name.toLowerCase(Locale.ROOT)) {
                case "sha256" -> DigestAlgorithm.SHA256;
                case "sha384" -> DigestAlgorithm.SHA384;
                case "sha512" -> DigestAlgorithm.SHA512;
                default ->
                    throw new TypeConversionException(
                            "'" + name + "' is not a digest we sign with; use sha256, sha384 or sha512");
            };
        }
    }

    SignFile.Options with(Existing existing) throws Failure {
        if (url.isPresent() && !url.get().toString().equals(url.get().toASCIIString())) {
            throw Failure.usage(
                    "--url " + url.get() + " is not ASCII, and a signature holds nothing else",
                    "write it as " + url.get().toASCIIString());
        }
        return new SignFile.Options(digest, existing, description, url.map(URI::toString))
                .withPageHashes(pageHashes)
                .withRelaxedMarkerCheck(relaxedMarkerCheck);
    }
}
