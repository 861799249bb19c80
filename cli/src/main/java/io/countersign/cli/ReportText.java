package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.verify.Finding;
import io.countersign.verify.Report;
import io.countersign.verify.Verdict;
import io.countersign.x509.CertificatePath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A verdict and its findings, for people and for programs. */
final class ReportText {
    private ReportText() {}

    /** The verdict on the first line, then each finding; reasons that no finding states come between. */
    static List<String> lines(Path file, Report report) {
        List<String> lines = new ArrayList<>();
        lines.add(file + ": " + word(report.verdict()).replace('-', ' '));
        List<String> found = report.findings().stream().map(Finding::message).toList();
        reasons(report.verdict()).stream()
                .filter(reason -> found.stream().noneMatch(reason::contains))
                .forEach(reason -> lines.add("  because  " + reason));
        lines.addAll(findings(report.findings()));
        return lines;
    }

    /** One line each; nested signatures are numbered, the primary is not. */
    static List<String> findings(List<Finding> findings) {
        return findings.stream()
                .map(f -> "  %-7s  %s%s: %s"
                        .formatted(
                                mark(f.outcome()),
                                f.signature() == 0 ? "" : "signature " + (f.signature() + 1) + ", ",
                                f.check(),
                                f.message()))
                .toList();
    }

    static void describe(ObjectNode node, Path file, Report report) {
        node.put("file", file.toString()).put("verdict", word(report.verdict()));
        ArrayNode reasons = node.putArray("reasons");
        reasons(report.verdict()).forEach(reasons::add);
        report.sha256().ifPresent(digest -> node.put("sha256", digest.value().hex()));
        ArrayNode signatures = node.putArray("signatures");
        report.signatures().forEach(signature -> describe(signatures.addObject(), signature));
        describe(node.putArray("findings"), report.findings());
    }

    private static void describe(ObjectNode node, Report.SignatureReport signature) {
        node.put("imageDigest", signature.imageDigest().value().hex());
        signature.path().ifPresent(path -> subjects(node.putArray("chain"), path));
        signature
                .timestampKind()
                .ifPresent(kind -> node.put("timestampKind", kind.name().toLowerCase(Locale.ROOT)));
        signature.timestamp().ifPresent(time -> node.put("timestamp", time.toString()));
        signature.timestampPath().ifPresent(path -> subjects(node.putArray("timestampChain"), path));
    }

    private static void subjects(ArrayNode names, CertificatePath path) {
        path.certificates().forEach(c -> names.add(c.getSubjectX500Principal().getName()));
    }

    static void describe(ArrayNode list, List<Finding> findings) {
        findings.forEach(f -> list.addObject()
                .put("signature", f.signature())
                .put("check", f.check())
                .put("outcome", f.outcome().name().toLowerCase(Locale.ROOT))
                .put("message", f.message())
                .put("citation", f.citation()));
    }

    private static String mark(Finding.Outcome outcome) {
        return switch (outcome) {
            case PASSED -> "ok";
            case FAILED -> "FAILED";
            case UNKNOWN -> "unknown";
            case NOTE -> "note";
        };
    }

    private static String word(Verdict verdict) {
        if (verdict instanceof Verdict.Trusted) {
            return "trusted";
        }
        if (verdict instanceof Verdict.Untrusted) {
            return "not-trusted";
        }
        if (verdict instanceof Verdict.Unsigned) {
            return "not-signed";
        }
        return verdict instanceof Verdict.Malformed ? "malformed" : "unknown";
    }

    private static List<String> reasons(Verdict verdict) {
        if (verdict instanceof Verdict.Untrusted untrusted) {
            return untrusted.reasons();
        }
        if (verdict instanceof Verdict.Malformed malformed) {
            return List.of(malformed.reason());
        }
        if (verdict instanceof Verdict.Unknown unknown) {
            return unknown.reasons();
        }
        return List.of();
    }
}
