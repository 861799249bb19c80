package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.cms.AsnOneNode;
import io.countersign.cms.AsnOneTree;
import io.countersign.format.FileFormat;
import io.countersign.format.MalformedFile;
import io.countersign.key.Bytes;
import io.countersign.pe.ByteSource;
import io.countersign.pe.CertificateTable;
import io.countersign.pe.ImageLayout;
import io.countersign.pe.MalformedPe;
import io.countersign.pe.PeImage;
import io.countersign.windows.timeline.Timeline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The details of one file that were asked for. */
record FileDetails(Optional<Timeline> timeline, Optional<Layout> layout, Optional<Structures> structures) {
    static final FileDetails NONE = new FileDetails(Optional.empty(), Optional.empty(), Optional.empty());

    /** A catalog is read whole. */
    private static final int MAXIMUM_CATALOG = 16 << 20;

    /**
     * The parts of a file.
     *
     * @param parts empty if it is no PE file
     * @param reason why it is none
     */
    record Layout(Optional<ImageLayout> parts, String reason) {
        static Layout of(Path file) throws IOException {
            try (ByteSource source = ByteSource.open(file)) {
                return new Layout(Optional.of(ImageLayout.of(source)), "");
            } catch (MalformedPe e) {
                return new Layout(Optional.empty(), noPe(file, e));
            }
        }
    }

    /**
     * A signature.
     *
     * @param offset where it stands in the file, in octets
     */
    record Structure(long offset, int size, AsnOneTree tree) {}

    /**
     * The signatures of a file.
     *
     * @param all none if it is unsigned or cannot be read
     * @param reason why there is none
     */
    record Structures(List<Structure> all, String reason) {
        static Structures of(Path file) throws IOException {
            try (ByteSource source = ByteSource.open(file)) {
                if (FileFormat.of(file).filter(f -> f == FileFormat.CATALOG).isPresent()) {
                    return catalog(source);
                }
                List<Structure> all = new ArrayList<>();
                for (CertificateTable.Entry entry : CertificateTable.entries(PeImage.parse(source), source)) {
                    if (entry.isSignedData()) {
                        Bytes der = CertificateTable.der(entry, source);
                        all.add(new Structure(entry.range().offset() + 8, der.size(), AsnOneTree.of(der)));
                    }
                }
                return new Structures(all, all.isEmpty() ? "there is no signature in the file" : "");
            } catch (MalformedPe e) {
                return new Structures(List.of(), noPe(file, e));
            } catch (MalformedFile e) {
                return new Structures(List.of(), e.getMessage());
            }
        }

        private static Structures catalog(ByteSource source) throws IOException {
            if (source.size() > MAXIMUM_CATALOG) {
                return new Structures(List.of(), "it is a catalog of more than " + MAXIMUM_CATALOG + " bytes");
            }
            byte[] octets = new byte[(int) source.size()];
            source.read(0, ByteBuffer.wrap(octets));
            AsnOneTree tree = AsnOneTree.of(Bytes.taking(octets));
            return new Structures(List.of(new Structure(0, octets.length, tree)), "");
        }
    }

    /** What it is instead, or why it cannot be read as what it claims to be. */
    private static String noPe(Path file, MalformedPe flaw) throws IOException {
        try {
            return FileFormat.of(file)
                    .filter(f -> f != FileFormat.PE)
                    .map(f -> "it is no PE file but of the format " + f.title())
                    .orElse(flaw.getMessage());
        } catch (MalformedFile e) {
            return flaw.getMessage();
        }
    }

    /** Lines for a terminal. */
    List<String> text() {
        List<String> lines = new ArrayList<>();
        timeline.ifPresent(t -> lines.addAll(TimelineText.of(t)));
        layout.ifPresent(l -> layout(l, lines));
        structures.ifPresent(s -> structures(s, lines));
        return lines;
    }

    private static void layout(Layout layout, List<String> lines) {
        lines.add("");
        if (layout.parts().isEmpty()) {
            lines.addAll(Columns.beside("Layout: none, ", layout.reason()));
            return;
        }
        lines.add("Layout; + is covered by the image digest, - is not:");
        lines.add("      offset      length");
        for (ImageLayout.Part part : layout.parts().get().parts()) {
            lines.addAll(Columns.beside(
                    String.format(
                            Locale.ROOT,
                            "  %#10x  %#10x  %s  ",
                            part.range().offset(),
                            part.range().length(),
                            part.hashed() ? "+" : "-"),
                    part.name()));
        }
        layout.parts().get().notes().forEach(n -> lines.addAll(Columns.beside("  note: ", n)));
    }

    private static void structures(Structures structures, List<String> lines) {
        lines.add("");
        if (structures.all().isEmpty()) {
            lines.addAll(Columns.beside("ASN.1: none, ", structures.reason()));
        }
        for (Structure structure : structures.all()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "ASN.1 of the %d octets at 0x%x; offset in them, length of header and content, element:",
                    structure.size(),
                    structure.offset()));
            structure.tree().nodes().forEach(n -> lines.add(line(n)));
            if (!structure.tree().whole()) {
                lines.add("  … and more, which is left out");
            }
        }
    }

    /** On one line, however long: it is for searching in, and beside {@code openssl asn1parse}. */
    private static String line(AsnOneNode node) {
        String title = (node.name() + " " + node.type()).strip();
        return Printable.text(String.format(
                        Locale.ROOT,
                        "  %6d %2d+%-6s %s%s%s%s",
                        node.offset(),
                        node.header(),
                        node.length() < 0 ? "inf" : String.valueOf(node.length()),
                        "  ".repeat(node.depth()),
                        title.isEmpty() ? "" : title + ": ",
                        node.tag(),
                        node.value().isEmpty() ? "" : " " + node.value()))
                .stripTrailing();
    }

    /** The same for programs. */
    void describe(ObjectNode file) {
        timeline.ifPresent(t -> TimelineJson.describe(file.putObject("timeline"), t));
        layout.ifPresent(l -> {
            ObjectNode node = file.putObject("layout");
            ArrayNode parts = node.putArray("parts");
            l.parts().ifPresent(p -> {
                p.parts()
                        .forEach(part -> parts.addObject()
                                .put("offset", part.range().offset())
                                .put("length", part.range().length())
                                .put("name", part.name())
                                .put("hashed", part.hashed()));
                p.notes().forEach(node.putArray("notes")::add);
            });
            if (l.parts().isEmpty()) {
                node.put("none", l.reason());
            }
        });
        structures.ifPresent(s -> {
            ArrayNode list = file.putArray("asn1");
            s.all().forEach(structure -> describe(list.addObject(), structure));
        });
    }

    private static void describe(ObjectNode node, Structure structure) {
        node.put("offset", structure.offset())
                .put("length", structure.size())
                .put("whole", structure.tree().whole());
        ArrayNode elements = node.putArray("elements");
        for (AsnOneNode n : structure.tree().nodes()) {
            ObjectNode element = elements.addObject()
                    .put("depth", n.depth())
                    .put("offset", n.offset())
                    .put("header", n.header())
                    .put("length", n.length())
                    .put("tag", n.tag());
            put(element, "name", n.name());
            put(element, "type", n.type());
            put(element, "value", n.value());
        }
    }

    private static void put(ObjectNode node, String key, String text) {
        if (!text.isEmpty()) {
            node.put(key, text);
        }
    }
}
