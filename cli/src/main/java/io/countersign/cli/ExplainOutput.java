package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** The forms that answers come in: for people, as one table, as JSON, as SARIF. */
sealed interface ExplainOutput {
    void add(Explanation explanation, FileDetails details);

    void add(PackageExplanation explanation);

    /** After the last file. */
    void end(List<String> unmet);

    /**
     * One screen a file, each as soon as it is known.
     *
     * @param missing what was not supplied
     */
    record Text(PrintStream out, ExplainDetails wanted, List<String> missing) implements ExplainOutput {
        @Override
        public void add(Explanation explanation, FileDetails details) {
            List<String> lines = new ArrayList<>(ExplainText.of(explanation));
            lines.addAll(details.text());
            lines.addAll(wanted.trail(explanation));
            lines.add("");
            lines.forEach(out::println);
        }

        @Override
        public void add(PackageExplanation explanation) {
            PackageText.of(explanation, wanted.rules()).forEach(out::println);
            explanation.images().forEach(i -> add(i, FileDetails.NONE));
        }

        @Override
        public void end(List<String> unmet) {
            notSupplied(missing, Columns.WIDTH).forEach(out::println);
        }
    }

    /** Files side by side; of a package its images, below what is said of the whole. */
    record Table(PrintStream out, List<String> missing, List<Explanation> compared) implements ExplainOutput {
        Table(PrintStream out, List<String> missing) {
            this(out, missing, new ArrayList<>());
        }

        @Override
        public void add(Explanation explanation, FileDetails details) {
            compared.add(explanation);
        }

        @Override
        public void add(PackageExplanation explanation) {
            PackageText.of(explanation, false).forEach(out::println);
            compared.addAll(explanation.images());
        }

        @Override
        public void end(List<String> unmet) {
            if (!compared.isEmpty()) {
                ExplainTable.of(compared).forEach(out::println);
            }
            notSupplied(missing, ExplainTable.WIDTH).forEach(out::println);
        }
    }

    /** One document, as docs/explain.schema.json has it. */
    record Document(PrintStream out, ObjectNode root, ArrayNode files) implements ExplainOutput {
        static Document begin(PrintStream out, List<String> missing) {
            ObjectNode root = Json.document();
            return new Document(out, root, ExplainJson.begin(root, missing));
        }

        @Override
        public void add(Explanation explanation, FileDetails details) {
            ObjectNode node = files.addObject();
            ExplainJson.describe(node, explanation);
            details.describe(node);
        }

        @Override
        public void add(PackageExplanation explanation) {
            PackageJson.describe(root.withArray("packages").addObject(), explanation);
        }

        @Override
        public void end(List<String> unmet) {
            unmet.forEach(root.putArray("unmet")::add);
            out.println(Json.text(root));
        }
    }

    /** One SARIF 2.1.0 log. */
    record Sarif(PrintStream out, ExplainSarif log) implements ExplainOutput {
        @Override
        public void add(Explanation explanation, FileDetails details) {
            log.add(explanation);
        }

        @Override
        public void add(PackageExplanation explanation) {
            PackageSarif.add(log, explanation);
        }

        @Override
        public void end(List<String> unmet) {
            out.println(Json.text(log.document()));
        }
    }

    private static List<String> notSupplied(List<String> missing, int width) {
        return missing.isEmpty()
                ? List.of()
                : Columns.beside(
                        "Not supplied: ",
                        width,
                        String.join(", ", missing) + "; 'countersign trust import' takes what you have.");
    }
}
