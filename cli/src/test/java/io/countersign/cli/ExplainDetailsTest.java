package io.countersign.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.countersign.fixture.CheckerSample;
import io.countersign.fixture.PeSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.fixture.WindowsPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ExplainDetailsTest {
    private static final byte[] DRIVER =
            WindowsPki.withRightChecksum(PeSample.plus().toByteArray());
    private static final Path SCHEMA = Path.of("../docs/explain.schema.json");

    @TempDir
    private Path folder;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = LabHome.in(folder);
    }

    private Transcript explain(Object... arguments) {
        return Transcript.of(
                home,
                Stream.concat(Stream.of("explain", "--at", WindowsPki.NOW), Stream.of(arguments))
                        .toArray());
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private Path untimed() throws IOException {
        return file("driver.sys", WindowsPki.sign(DRIVER, WindowsPki.CURRENT_EV));
    }

    private void revoke(String since) throws Exception {
        Path list = file(
                "list.crl",
                CheckerSample.revoking(WindowsPki.EV_CA, WindowsPki.CURRENT_EV, Instant.parse(since))
                        .getEncoded());
        assertThat(Transcript.of(home, "trust", "import", list).exitCode()).isZero();
    }

    /** Of a timeline, one line an event and one for each whose answer changes there. */
    private static List<String> firstLines(Transcript run) {
        return run.out()
                .lines()
                .dropWhile(l -> !l.startsWith("Timeline: "))
                .filter(l -> l.matches(" {2}\\d.*| {6}[ >] \\S.*"))
                .map(l -> l.startsWith("   ") ? l.substring(6, 44).strip() : l.strip())
                .toList();
    }

    @Test
    void aTimelineTellsEveryEventAndWhoseAnswerChanges() throws Exception {
        revoke("2026-12-15T00:00:00Z");

        assertThat(firstLines(explain("--timeline", untimed())))
                .containsExactly(
                        "2006-01-01T00:00:00Z  “LAB-PAST EV CA” is valid from here",
                        "2026-06-01T00:00:00Z  “LAB-PAST Publisher 2026” is valid from here",
                        "kernel loader              blocked",
                        "signtool verify /v         refuses",
                        "signtool verify /v /pa     accepts",
                        "signtool verify /v /kp     refuses",
                        "sigcheck -i                accepts",
                        "sigcheck -i (old reading)  accepts",
                        "sigverif                   refuses",
                        "2026-11-01T12:00:00Z  the time asked about",
                        "2026-12-15T00:00:00Z  “LAB-PAST Publisher 2026” is revoked: key compromise",
                        "> signtool verify /v         refuses",
                        "> signtool verify /v /pa     refuses",
                        "> signtool verify /v /kp     refuses",
                        "> sigcheck -i                refuses",
                        "> sigcheck -i (old reading)  refuses",
                        "2027-07-06T00:00:00Z  “LAB-PAST Publisher 2026” expires",
                        "2040-01-01T00:00:00Z  “LAB-PAST EV CA” expires");
    }

    @Test
    void thePictureIsWellFormedAndSaysInWordsWhatItColours() throws Exception {
        revoke("2026-12-15T00:00:00Z");
        Path picture = folder.resolve("driver.svg");

        Transcript run = explain("--timeline-svg", picture, untimed());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).doesNotContain("Timeline");
        Document svg = parse(picture);
        assertThat(texts(svg, "title")).first().isEqualTo("Timeline of driver.sys");
        assertThat(texts(svg, "desc"))
                .singleElement()
                .asString()
                .contains("signtool verify /v /pa: accepts from 2026-06-01, refuses from 2026-12-15");
        assertThat(texts(svg, "text"))
                .contains(
                        "LAB-PAST Publisher 2026",
                        "2026-06-01 to 2027-07-06",
                        "✓ accepts",
                        "✗ refuses · WINTRUST_REVOKED")
                .contains("asked about 2026-11-01", "revoked 2026-12-15");
        assertThat(texts(svg, "title")).contains("before: not judged");
        assertThat(texts(svg, "script")).isEmpty();
        assertThat(svg.getDocumentElement().getAttribute("aria-labelledby")).isEqualTo("title desc");
    }

    @Test
    void hostileAndLongNamesStayTextAndStayInside() throws Exception {
        SoftwareKey key = TestPki.issue(
                WindowsPki.EV_CA,
                "</text><script>alert(1)</script>&amp; " + "W".repeat(200),
                TestPki.Kind.CODE_SIGNING,
                "RSA",
                Instant.parse("1960-01-01T00:00:00Z"),
                Instant.parse("9999-12-31T23:59:59Z"));
        Path file = file("]]><script>\u0001\u202e.sys", WindowsPki.sign(DRIVER, key));
        Path picture = folder.resolve("driver.svg");

        assertThat(explain("--timeline-svg", picture, file).exitCode()).isZero();

        Document svg = parse(picture);
        assertThat(texts(svg, "script")).isEmpty();
        assertThat(texts(svg, "title")).first().isEqualTo("Timeline of ]]><script>??.sys");
        assertThat(texts(svg, "text"))
                .anySatisfy(t -> assertThat(t).contains("script").endsWith("…"));
        NodeList rectangles = svg.getElementsByTagName("rect");
        for (int i = 0; i < rectangles.getLength(); i++) {
            Element r = (Element) rectangles.item(i);
            double x = r.getAttribute("x").isEmpty() ? 0 : Double.parseDouble(r.getAttribute("x"));
            assertThat(x).isBetween(0.0, 1240.0);
            assertThat(x + Double.parseDouble(r.getAttribute("width"))).isBetween(0.0, 1240.0);
        }
    }

    private static Document parse(Path file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(file.toFile());
    }

    private static List<String> texts(Document svg, String element) {
        NodeList found = svg.getElementsByTagName(element);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            texts.add(found.item(i).getTextContent());
        }
        return texts;
    }

    @Test
    void layoutAndAsn1OfASignedFile() throws Exception {
        Transcript run = explain("--layout", "--asn1", untimed());

        assertThat(run.out())
                .contains("Layout; + is covered by the image digest, - is not:\n")
                .contains("      0xd8         0x4  -  CheckSum\n", "     0x200       0x400  +  section .text\n")
                .contains(" octets at 0x608; offset in them, length of header and content, element:\n")
                .contains("      15  4+")
                .contains("eContentType: OBJECT IDENTIFIER SPC_INDIRECT_DATA (1.3.6.1.4.1.311.2.1.4)\n");
    }

    @Test
    void whatHasNoneSaysWhy() throws Exception {
        Path catalog = file(
                "driver.cat",
                WindowsPki.catalog(DRIVER, WindowsPki.WHQL, "2026-10-01T00:00:00Z")
                        .encoded()
                        .toByteArray());
        Path text = file("text.txt", "text".getBytes(StandardCharsets.UTF_8));
        Path unsigned = file("unsigned.sys", DRIVER);

        assertThat(explain("--layout", "--asn1", catalog).out())
                .contains("Layout: none, it is no PE file but of the format security catalog\n")
                .contains("CertificateTrustList: SEQUENCE");
        assertThat(explain("--layout", "--asn1", "--timeline", text).out())
                .contains("Layout: none, not a PE file: it has 4 bytes", "ASN.1: none, not a PE file")
                .contains("Timeline: nothing in the file has a time");
        assertThat(explain("--asn1", unsigned).out()).contains("ASN.1: none, there is no signature in the file");
        Path picture = folder.resolve("unsigned.svg");
        assertThat(explain("--timeline-svg", picture, unsigned).exitCode()).isZero();
        assertThat(picture).content().contains("refuses");
    }

    @Test
    void theDocumentHasDetailsThatWereAskedForAndFitsItsSchema() throws Exception {
        Path text = file("text.txt", "text".getBytes(StandardCharsets.UTF_8));

        Transcript run = explain("--json", "--timeline", "--layout", "--asn1", untimed(), text);

        JsonNode document = run.json();
        assertThat(JsonSchemaFactory.getInstance(VersionFlag.V202012)
                        .getSchema(Files.readString(SCHEMA))
                        .validate(document))
                .isEmpty();
        JsonNode driver = document.path("files").path(0);
        assertThat(driver.path("timeline").path("answers")).hasSize(7);
        assertThat(driver.path("timeline")
                        .path("answers")
                        .path(2)
                        .path("spans")
                        .path(1)
                        .path("rule")
                        .asText())
                .isEqualTo("WINTRUST_EXPIRED");
        assertThat(driver.path("layout").path("parts").path(0).path("name").asText())
                .isEqualTo("DOS header");
        assertThat(driver.path("asn1")
                        .path(0)
                        .path("elements")
                        .path(0)
                        .path("type")
                        .asText())
                .isEqualTo("ContentInfo");
        assertThat(document.path("files").path(1).path("layout").path("none").asText())
                .startsWith("not a PE file");
        assertThat(explain("--json", text).json().path("files").path(0).has("timeline"))
                .isFalse();
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() throws Exception {
        Path file = untimed();

        explain("--sarif", "--layout", file).fails(2, "a SARIF log has no place for --timeline, --layout and --asn1");
        explain("--timeline-svg", folder.resolve("a.svg"), file, file)
                .fails(2, "--timeline-svg draws one file, here are 2");
        explain("--timeline-svg", file, file).fails(2, "is the file to explain");
        explain("--timeline-svg", folder.resolve("nowhere/a.svg"), file).fails(2, "there is no folder");
        assertThat(folder.resolve("a.svg")).doesNotExist();
    }
}
