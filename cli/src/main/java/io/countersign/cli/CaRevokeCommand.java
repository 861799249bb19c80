package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.ca.CannotIssue;
import io.countersign.ca.IssuedCertificate;
import io.countersign.ca.LabCa;
import io.countersign.ca.RevocationReason;
import io.countersign.home.ConfigurationException;
import io.countersign.key.KeyUnavailable;
import io.countersign.x509.DistinguishedNames;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code countersign ca revoke}: nothing a key signed counts from a date on. */
@Command(
        name = "revoke",
        sortOptions = false,
        description = "Revoke a certificate, as of now or of the day its key was compromised.",
        footer = {
            "",
            "Files with a timestamp from before the date stay good, later ones and those without are not; so choose the",
            "date of the compromise (CSBR 4.9.1). The date may be set back later, not forth. The new list is in pki/crl",
            "of the home at once; 'verify', 'explain' and the signer here heed it.",
            "",
            "Examples:",
            "  countersign ca revoke 3f9c12aa --reason superseded",
            "  countersign ca revoke 3f9c12aa --reason keyCompromise --date 2026-11-20T08:00:00Z"
        })
final class CaRevokeCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "SERIAL", description = "As 'countersign ca list' shows it, hexadecimal.")
    private String serial = "";

    @Option(
            names = "--reason",
            paramLabel = "R",
            required = true,
            converter = ReasonName.class,
            description = "keyCompromise, affiliationChanged, superseded, cessationOfOperation, privilegeWithdrawn,"
                    + " cACompromise or unspecified.")
    private RevocationReason reason = RevocationReason.UNSPECIFIED;

    @Option(
            names = "--date",
            paramLabel = "TIME",
            converter = Moment.class,
            description = "From when on nothing counts: 2026-11-20 (UTC) or 2026-11-20T12:00:00Z; without it, now.")
    private Optional<Instant> date = Optional.empty();

    @Mixin
    private Json json;

    static final class ReasonName implements ITypeConverter<RevocationReason> {
        @Override
        public RevocationReason convert(String label) {
            return RevocationReason.named(label)
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + label + "' is no reason; use one of " + RevocationReason.known()));
        }
    }

    CaRevokeCommand(Shell shell) {
        this.shell = shell;
    }

    /** Tools write it with colons, capitals, 0x, and a zero in front for an even number of digits. */
    private static String plain(String serial) {
        return serial.replace(":", "")
                .toLowerCase(Locale.ROOT)
                .replaceFirst("^0x", "")
                .replaceFirst("^0+(?=.)", "");
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, KeyUnavailable {
        LabCa ca = CaAccess.of(shell).refreshOrSay(shell).ca();
        IssuedCertificate revoked;
        try {
            revoked = ca.revoke(plain(serial), reason, date);
        } catch (CannotIssue e) {
            throw Failure.refused(e.getMessage(), "");
        }
        if (json.wanted()) {
            ObjectNode document = Json.document();
            CaListCommand.describe(document, revoked);
            shell.out().println(Json.text(document));
        } else {
            shell.out()
                    .println("revoked %s (%s) since %s: %s"
                            .formatted(
                                    revoked.serial(),
                                    DistinguishedNames.commonName(revoked.certificate()),
                                    revoked.revoked().orElseThrow().date(),
                                    reason.label()));
        }
        return ExitCode.GOOD;
    }
}
