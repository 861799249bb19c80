package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.sign.SignedFile;
import java.nio.file.Path;

/** What became of a file that {@code sign} or {@code attach} signed. */
final class SignedFileReport {
    private SignedFileReport() {}

    static void warn(Shell shell, Path file, SignedFile signed) {
        for (String warning : signed.warnings()) {
            shell.progress("countersign: warning: " + file + ": " + warning);
        }
        signed.timestamp().ifPresent(t -> TimestampReport.warn(shell, file, t));
    }

    static String signer(SignedFile signed) {
        return signed.chain().get(0).getSubjectX500Principal().getName();
    }

    static void describe(ObjectNode node, Path file, Path output, SignedFile signed) {
        node.put("file", file.toString())
                .put("output", output.toString())
                .put("signer", signer(signed))
                .put("sha256Before", signed.input().value().hex())
                .put("sha256After", signed.output().orElseThrow().value().hex())
                .put("imageDigest", signed.imageDigestAfter().value().hex());
        ArrayNode warnings = node.putArray("warnings");
        signed.warnings().forEach(warnings::add);
    }
}
