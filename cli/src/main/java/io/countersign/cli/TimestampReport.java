package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.timestamp.FailedAttempt;
import io.countersign.timestamp.Timestamped;
import io.countersign.x509.DistinguishedNames;
import java.nio.file.Path;

/** Which authority gave a timestamp, and why others did not. */
final class TimestampReport {
    private TimestampReport() {}

    /** Completes the sentence “the file is …”. */
    static String text(Timestamped timestamped) {
        return "timestamped " + timestamped.token().genTime() + " by " + authority(timestamped);
    }

    static void warn(Shell shell, Path file, Timestamped timestamped) {
        for (FailedAttempt failure : timestamped.failures()) {
            shell.progress("countersign: warning: " + file + ": timestamped by " + timestamped.source() + " after "
                    + failure.source() + " failed: " + failure.reason());
        }
    }

    static void describe(ObjectNode node, Timestamped timestamped) {
        node.put("time", timestamped.token().genTime().toString())
                .put("authority", authority(timestamped))
                .put("source", timestamped.source());
        ArrayNode failures = node.putArray("failures");
        timestamped
                .failures()
                .forEach(f -> failures.addObject().put("source", f.source()).put("reason", f.reason()));
    }

    private static String authority(Timestamped timestamped) {
        return timestamped
                .token()
                .signerCertificate()
                .map(DistinguishedNames::commonName)
                .orElse("an authority that does not say its name");
    }
}
