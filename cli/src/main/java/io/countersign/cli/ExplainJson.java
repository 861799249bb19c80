package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.cli.Explanation.Checking;
import io.countersign.cli.Explanation.Loading;
import io.countersign.windows.FileEvidence;
import io.countersign.windows.LoadAnswer;
import io.countersign.windows.LoadStep;
import io.countersign.windows.Place;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.Stamp;
import io.countersign.windows.checker.CheckerFinding;
import io.countersign.windows.checker.CheckerReport;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.Revocation;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Explanations for programs, as docs/explain.schema.json has them. */
final class ExplainJson {
    private ExplainJson() {}

    /** The list of files that are to be described. */
    static ArrayNode begin(ObjectNode document, List<String> missing) {
        missing.forEach(document.putArray("notSupplied")::add);
        ArrayNode files = document.putArray("files");
        document.putArray("packages");
        return files;
    }

    static void describe(ObjectNode node, Explanation explanation) {
        node.put("file", explanation.file().toString()).put("headline", ExplainText.headline(explanation));
        if (explanation.evidence() instanceof FileEvidence.Image image) {
            node.put("sha256", image.sha256().value().hex())
                    .put("at", image.at().toString());
            ObjectNode digests = node.putObject("imageDigests");
            image.imageDigests()
                    .forEach(d -> digests.put(d.algorithm().label(), d.value().hex()));
            image.brokenTable().ifPresent(b -> node.put("brokenTable", b));
            image.otherCatalogs().forEach(node.putArray("otherCatalogs")::add);
            ArrayNode signatures = node.putArray("signatures");
            image.signatures().forEach(s -> signature(signatures.addObject(), s));
        } else if (explanation.evidence() instanceof FileEvidence.NotAnImage none) {
            node.put("notAnImage", none.reason());
        }
        ArrayNode loader = node.putArray("loader");
        explanation.loadings().forEach(l -> loading(loader.addObject(), l));
        ArrayNode checkers = node.putArray("checkers");
        explanation.checkings().forEach(c -> checking(checkers.addObject(), c));
        ArrayNode remedies = node.putArray("remedies");
        explanation.remedies().forEach((remedy, names) -> {
            ObjectNode entry = remedies.addObject().put("remedy", remedy);
            names.forEach(entry.putArray("for")::add);
        });
    }

    private static void loading(ObjectNode node, Loading loading) {
        LoadAnswer answer = loading.answer();
        node.put("machine", loading.machine().toString()).put("answer", ExplainText.word(answer));
        loading.rule().ifPresent(r -> node.put("rule", r.id()));
        node.put("reason", answer.reason());
        if (answer instanceof LoadAnswer.Loads loads) {
            place(node, loads.by());
            loads.provisos().forEach(node.putArray("provisos")::add);
        } else if (answer instanceof LoadAnswer.Blocked blocked) {
            place(node, blocked.by());
            blocked.rule().status().ifPresent(s -> {
                ObjectNode status =
                        node.putObject("status").put("name", s.name()).put("code", s.code());
                s.win32().ifPresent(code -> status.put("win32", code));
            });
            blocked.rule().events().forEach(node.putArray("events")::add);
            blocked.rule().deviceProblem().ifPresent(p -> node.put("deviceProblem", p));
        } else if (answer instanceof LoadAnswer.Unknown unknown) {
            unknown.missing().ifPresent(m -> node.put("missing", m.toString()));
        }
        ArrayNode trail = node.putArray("rules");
        for (LoadStep step : answer.trail()) {
            ObjectNode entry = trail.addObject().put("rule", step.rule().id());
            place(entry, step.place());
            entry.put("outcome", RuleTrail.word(step.ruling()))
                    .put("message", step.ruling().reason());
        }
    }

    private static void checking(ObjectNode node, Checking checking) {
        CheckerReport report = checking.report();
        node.put("id", checking.checker().id())
                .put("command", checking.checker().command())
                .put("verdict", report.verdict().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        report.decisive().ifPresent(f -> node.put("rule", f.rule().id()));
        node.put("reason", report.reason());
        report.exitCode().ifPresent(code -> node.put("exitCode", code));
        report.status()
                .ifPresent(s -> node.putObject("status").put("name", s.name()).put("code", s.code()));
        report.toolOutput().forEach(node.putArray("output")::add);
        ArrayNode findings = node.putArray("rules");
        for (CheckerFinding finding : report.findings()) {
            ObjectNode entry = findings.addObject().put("rule", finding.rule().id());
            place(entry, finding.place());
            entry.put("outcome", RuleTrail.word(finding)).put("message", finding.message());
        }
    }

    private static void place(ObjectNode node, Optional<Place> place) {
        place.ifPresent(p -> node.put("place", p.toString()));
    }

    private static void signature(ObjectNode node, SignatureEvidence signature) {
        node.put("place", signature.place().toString())
                .put("class", signature.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .put("classReason", signature.kindReason())
                .put("sound", signature.isSound());
        SignatureText.problems(signature).ifPresent(p -> node.put("problems", p));
        signature
                .signer()
                .ifPresent(s -> node.put("signer", s.getSubjectX500Principal().getName()));
        SignatureText.path(signature).ifPresent(p -> chain(node, p));
        signature.stamp().ifPresent(s -> stamp(node.putObject("timestamp"), s));
        ArrayNode revocation = node.putArray("revocation");
        signature.revocation().forEach(r -> revocation(revocation.addObject(), r));
        node.put(
                "disallowed",
                signature.disallowed().state().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    private static void chain(ObjectNode node, CertificatePath path) {
        ArrayNode chain = node.putArray("chain");
        path.certificates()
                .forEach(c -> chain.addObject()
                        .put("subject", c.getSubjectX500Principal().getName())
                        .put("notBefore", c.getNotBefore().toInstant().toString())
                        .put("notAfter", c.getNotAfter().toInstant().toString()));
        node.put("anchored", path.anchored());
    }

    private static void stamp(ObjectNode node, Stamp stamp) {
        node.put("kind", stamp.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .put("good", stamp.good())
                .put("reason", stamp.reason());
        stamp.time().ifPresent(t -> node.put("time", t.toString()));
        stamp.path().ifPresent(p -> chain(node, p));
    }

    private static void revocation(ObjectNode node, Revocation revocation) {
        if (revocation instanceof Revocation.Good good) {
            node.put("state", "good").put("asOf", good.asOf().toString());
        } else if (revocation instanceof Revocation.Revoked revoked) {
            node.put("state", "revoked")
                    .put("since", revoked.since().toString())
                    .put("reason", revoked.reason());
        } else {
            node.put("state", "not-known").put("reason", ((Revocation.NotKnown) revocation).reason());
        }
    }
}
