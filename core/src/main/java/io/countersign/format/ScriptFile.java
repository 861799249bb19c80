package io.countersign.format;

import static io.countersign.format.MalformedFile.require;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import net.jsign.Signable;
import net.jsign.script.JScript;
import net.jsign.script.PowerShellScript;
import net.jsign.script.PowerShellXMLScript;
import net.jsign.script.VBScript;
import net.jsign.script.WindowsScript;
import org.bouncycastle.cms.CMSException;

/**
 * A script, whose signature is a block of comments. What stands in the block is not digested, so only the one form that Windows
 * writes is taken for one: taking the signature out and putting it back must give the same text.
 */
final class ScriptFile implements SignableFile {
    private static final int MAXIMUM = 1 << 24;

    private static final String JOB_END = "</job>";

    /** How a block is written. */
    private record Block(String begin, String end, String prefix, String suffix) {}

    private final Signable script;
    private final Optional<Bytes> signature;

    private ScriptFile(Signable script, Optional<Bytes> signature) {
        this.script = script;
        this.signature = signature;
    }

    static ScriptFile open(Path file, FileFormat format) throws IOException, MalformedFile {
        byte[] octets;
        try (InputStream in = Files.newInputStream(file)) {
            octets = in.readNBytes(MAXIMUM + 1);
        }
        require(octets.length <= MAXIMUM, "the script has more than " + MAXIMUM + " bytes, the most that is read");
        requireText(octets, format);
        Signable script = JsignFormat.reading(() -> JsignFormat.open(file, format));
        require(
                format != FileFormat.WINDOWS_SCRIPT || content(script).contains(JOB_END),
                "the script has no " + JOB_END + ", before which the signature would stand");
        Optional<Bytes> signature = signature(content(script), block(format));
        if (signature.isPresent()) {
            Signable again = JsignFormat.reading(() -> JsignFormat.open(file, format));
            try {
                again.setSignature(new VerbatimSignature(signature.get()));
            } catch (CMSException | RuntimeException e) {
                throw new MalformedFile("the signature block holds no signature: " + e.getMessage(), e);
            }
            require(
                    content(again).equals(content(script)),
                    "the signature block has another form or place than Windows gives it; what else stands in it is not"
                            + " covered by the signature");
        }
        return new ScriptFile(script, signature);
    }

    /** Octets that mean nothing would all be read as the same replacement character, and so have the same digest. */
    private static void requireText(byte[] octets, FileFormat format) throws MalformedFile {
        Charset charset = Octets.start(octets, 0xFF, 0xFE)
                ? StandardCharsets.UTF_16LE
                : Octets.start(octets, 0xFE, 0xFF) ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_8;
        boolean ansi = format != FileFormat.POWERSHELL && format != FileFormat.WINDOWS_SCRIPT;
        if (charset.equals(StandardCharsets.UTF_8) && !Octets.start(octets, 0xEF, 0xBB, 0xBF) && ansi) {
            return; // Windows-1252, in which every octet means something
        }
        try {
            charset.newDecoder().decode(ByteBuffer.wrap(octets));
        } catch (CharacterCodingException e) {
            throw new MalformedFile(
                    "the script is not valid " + charset + "; save it as UTF-8 with a byte order mark", e);
        }
    }

    private static Block block(FileFormat format) {
        return switch (format) {
            case POWERSHELL -> comment("# SIG # %s signature block", "# ", "");
            case POWERSHELL_XML -> comment("<!-- SIG # %s signature block -->", "<!-- ", " -->");
            case VBSCRIPT -> comment("'' SIG '' %s signature block", "'' SIG '' ", "");
            case JSCRIPT -> comment("// SIG // %s signature block", "// SIG // ", "");
            case WINDOWS_SCRIPT -> new Block("<signature>", "</signature>", "** SIG ** ", "");
            default -> throw new IllegalArgumentException(format + " is no script");
        };
    }

    private static Block comment(String line, String prefix, String suffix) {
        return new Block(line.formatted("Begin"), line.formatted("End"), prefix, suffix);
    }

    private static String content(Signable script) {
        if (script instanceof PowerShellScript s) {
            return s.getContent();
        }
        if (script instanceof PowerShellXMLScript s) {
            return s.getContent();
        }
        if (script instanceof VBScript s) {
            return s.getContent();
        }
        return script instanceof JScript s ? s.getContent() : ((WindowsScript) script).getContent();
    }

    private static Optional<Bytes> signature(String text, Block block) throws MalformedFile {
        int begin = text.indexOf(block.begin);
        int end = text.indexOf(block.end);
        if (begin < 0 && end < 0) {
            return Optional.empty();
        }
        require(
                begin >= 0
                        && end > begin
                        && begin == text.lastIndexOf(block.begin)
                        && end == text.lastIndexOf(block.end),
                "the script has a signature block that does not begin and end once, with “" + block.begin + "” and “"
                        + block.end + "”");
        StringBuilder base64 = new StringBuilder();
        text.substring(begin + block.begin.length(), end)
                .lines()
                .filter(line -> !line.isEmpty())
                .map(line -> line.startsWith(block.prefix) && line.endsWith(block.suffix)
                        ? line.substring(
                                block.prefix.length(),
                                Math.max(block.prefix.length(), line.length() - block.suffix.length()))
                        : "?")
                .forEach(base64::append);
        try {
            return Optional.of(Octets.signature(Base64.getDecoder().decode(base64.toString())));
        } catch (IllegalArgumentException e) {
            throw new MalformedFile("a line of the signature block is no comment with base64 in it", e);
        }
    }

    @Override
    public Optional<Bytes> signature() {
        return signature;
    }

    @Override
    public Digest digest(DigestAlgorithm algorithm) throws IOException, MalformedFile {
        byte[] digest = JsignFormat.reading(() -> script.computeDigest(JsignFormat.algorithm(algorithm)));
        return new Digest(algorithm, Bytes.of(digest));
    }

    @Override
    public void close() throws IOException {
        script.close();
    }
}
