package io.countersign.format;

import io.countersign.cms.Oids;
import io.countersign.cms.SpcSubject;
import io.countersign.pe.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The formats that can be signed, and what is to be known of each. */
public enum FileFormat {
    PE(
            "Portable Executable",
            List.of("exe", "dll", "sys", "efi", "ocx", "scr", "cpl", "mui"),
            Change.APPENDED,
            true,
            "page hashes, marker attribute, two-phase signing, diff and exact strip are for these"),
    CATALOG(
            "security catalog",
            List.of("cat"),
            Change.WRAPPED,
            false,
            "covers the files it lists; 'countersign catalog create' makes one"),
    CABINET(
            "cabinet",
            List.of("cab"),
            Change.APPENDED,
            true,
            "the header is extended; a cabinet of a set is signed by itself",
            SpcSubject.of(Oids.SPC_CAB_DATA)),
    INSTALLER(
            "Windows Installer package",
            List.of("msi", "msp", "mst", "msm"),
            Change.REWRITTEN,
            true,
            "every stream is compared after writing; names, sizes and times are covered too (MsiDigitalSignatureEx)",
            SpcSubject.sip("f1100c0000000000c000000000000046")),
    APP_PACKAGE(
            "app package",
            List.of("msix", "appx", "msixbundle", "appxbundle"),
            Change.REWRITTEN,
            false,
            "the manifest's Publisher must be the signer's subject; [Content_Types].xml gets one line",
            SpcSubject.sip("4bdfc50a07cee24db76e23c839a09fd1"),
            SpcSubject.sip("b3585f0fdeaa9a4ba43495742d92eceb")),
    NUGET(
            "NuGet package",
            List.of("nupkg", "snupkg"),
            Change.REWRITTEN,
            false,
            "author signature; RSA keys of 2048 bits or more; carries no description"),
    POWERSHELL(
            "PowerShell script",
            List.of("ps1", "psm1", "psd1"),
            Change.APPENDED,
            true,
            "UTF-8 or, with a byte order mark, UTF-16",
            SpcSubject.sip("1fcc3b60594b084eb724d2c6297ef351")),
    POWERSHELL_XML(
            "PowerShell XML",
            List.of("ps1xml"),
            Change.APPENDED,
            true,
            "Windows-1252 where there is no byte order mark",
            SpcSubject.sip("1fcc3b60594b084eb724d2c6297ef351")),
    VBSCRIPT(
            "Visual Basic script",
            List.of("vbs", "vbe"),
            Change.APPENDED,
            true,
            "Windows-1252 where there is no byte order mark",
            SpcSubject.sip("4ef029169927b54d8fe5ace10f17ebab")),
    JSCRIPT(
            "JScript",
            List.of("js", "jse"),
            Change.APPENDED,
            true,
            "Windows-1252 where there is no byte order mark",
            SpcSubject.sip("10e0c906ce38d411a2a300104bd35090")),
    WINDOWS_SCRIPT(
            "Windows Script File",
            List.of("wsf"),
            Change.APPENDED,
            true,
            "the signature stands before the last </job>",
            SpcSubject.sip("7005611ace38d411a2a300104bd35090")),
    NAVX(
            "Business Central extension",
            List.of("navx", "app"),
            Change.APPENDED,
            false,
            "NAVX, by content whatever the extension",
            SpcSubject.sip("12341234f8040000781d123412341234"));

    /** What signing does to a file. */
    public enum Change {
        /** Its octets stay where they are or move as a whole; the signature comes beside them. */
        APPENDED,
        /** It becomes the content of a SignedData. */
        WRAPPED,
        /** A container is written anew; its parts are compared. */
        REWRITTEN
    }

    private static final int HEAD = 64;
    private static final byte[] TRUST_LIST = {0x2B, 6, 1, 4, 1, (byte) 0x82, 0x37, 0x0A, 1};

    private final String title;
    private final List<String> extensions;
    private final Change change;
    private final boolean nesting;
    private final String note;
    private final List<SpcSubject> subjects;

    FileFormat(
            String title,
            List<String> extensions,
            Change change,
            boolean nesting,
            String note,
            SpcSubject... subjects) {
        this.title = title;
        this.extensions = extensions;
        this.change = change;
        this.nesting = nesting;
        this.note = note;
        this.subjects = List.of(subjects);
    }

    /**
     * Tells the format of a file: by its first octets and, for containers, its entries; text, which has nothing to go by, by the
     * extension of its name.
     *
     * @return empty if it is none of these
     * @throws MalformedFile if it is a ZIP archive that cannot be read
     */
    public static Optional<FileFormat> of(Path file) throws IOException, MalformedFile {
        try (ByteSource source = ByteSource.open(file)) {
            ByteBuffer head = ByteBuffer.allocate((int) Math.min(HEAD, source.size()));
            source.read(0, head);
            byte[] octets = head.array();
            if (Octets.start(octets, 'M', 'Z')) {
                return Optional.of(PE);
            }
            if (Octets.start(octets, 'M', 'S', 'C', 'F')) {
                return Optional.of(CABINET);
            }
            if (Octets.start(octets, 0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1)) {
                return Optional.of(INSTALLER);
            }
            if (Octets.start(octets, 'N', 'A', 'V', 'X')) {
                return Optional.of(NAVX);
            }
            if (Octets.start(octets, 0x30) && contains(octets, TRUST_LIST)) {
                return Optional.of(CATALOG);
            }
            // A script may well begin with the letters alone.
            if (Octets.start(octets, 'P', 'K', 3, 4)) {
                return ZipArchive.read(source).format();
            }
            return ofText(file);
        }
    }

    private static Optional<FileFormat> ofText(Path file) {
        String name = file.getFileName().toString();
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(f -> f.isScript() && f.extensions.contains(extension))
                .findFirst();
    }

    private static boolean contains(byte[] octets, byte[] wanted) {
        // One character an octet, so that positions are the same.
        return new String(octets, StandardCharsets.ISO_8859_1)
                .contains(new String(wanted, StandardCharsets.ISO_8859_1));
    }

    /** Every format with its extensions, for a message. */
    public static String known() {
        return Arrays.stream(values())
                .map(f -> f.extensions.stream().map(e -> "." + e).collect(Collectors.joining(" ")))
                .collect(Collectors.joining(", "));
    }

    /** The name used on the command line and in JSON, such as {@code app-package}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What people call it. */
    public String title() {
        return title;
    }

    /** Of file names, lower case, without the dot. */
    public List<String> extensions() {
        return extensions;
    }

    public Change change() {
        return change;
    }

    /** Whether a further signature can be nested in the one that is there. */
    public boolean nests() {
        return nesting;
    }

    /** What else to know, a sentence without its stop. */
    public String note() {
        return note;
    }

    /** What signatures of such a file say they are about; several where the format has kinds. */
    public List<SpcSubject> subjects() {
        return subjects;
    }

    boolean isScript() {
        return switch (this) {
            case POWERSHELL, POWERSHELL_XML, VBSCRIPT, JSCRIPT, WINDOWS_SCRIPT -> true;
            default -> false;
        };
    }
}
