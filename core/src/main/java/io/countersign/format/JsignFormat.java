package io.countersign.format;

import io.countersign.key.DigestAlgorithm;
import io.countersign.key.HostileInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import net.jsign.Signable;
import net.jsign.appx.APPXFile;
import net.jsign.mscab.MSCabinetFile;
import net.jsign.msi.MSIFile;
import net.jsign.navx.NAVXFile;
import net.jsign.nuget.NugetFile;
import net.jsign.script.JScript;
import net.jsign.script.PowerShellScript;
import net.jsign.script.PowerShellXMLScript;
import net.jsign.script.VBScript;
import net.jsign.script.WindowsScript;

/** Which class of jsign knows a format, and jsign's answers to bad files in our words. */
final class JsignFormat {
    private JsignFormat() {}

    /**
     * What jsign does.
     *
     * @param <T> what comes of it
     */
    interface Work<T> {
        T run() throws IOException, MalformedFile;
    }

    /**
     * Has jsign, or POI, read a file.
     *
     * @throws MalformedFile for every way in which they refuse one
     */
    static <T> T reading(Work<T> work) throws IOException, MalformedFile {
        try {
            return work.run();
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // They answer hostile files with many kinds of unchecked exception, some without a message.
            throw new MalformedFile("the file is not well formed: " + HostileInput.reason(e), e);
        }
    }

    /** Opens a file for writing. UTF-8 means for scripts: as Windows reads those without a byte order mark. */
    static Signable open(Path file, FileFormat format) throws IOException {
        return switch (format) {
            case CABINET -> new MSCabinetFile(file.toFile());
            case INSTALLER -> new MSIFile(file.toFile());
            case APP_PACKAGE -> new APPXFile(file.toFile());
            case NUGET -> new NugetFile(file.toFile());
            case NAVX -> new NAVXFile(file.toFile());
            case POWERSHELL -> new PowerShellScript(file.toFile(), StandardCharsets.UTF_8);
            case POWERSHELL_XML -> new PowerShellXMLScript(file.toFile(), StandardCharsets.UTF_8);
            case VBSCRIPT -> new VBScript(file.toFile(), StandardCharsets.UTF_8);
            case JSCRIPT -> new JScript(file.toFile(), StandardCharsets.UTF_8);
            case WINDOWS_SCRIPT -> new WindowsScript(file.toFile(), StandardCharsets.UTF_8);
            case PE, CATALOG -> throw new IllegalArgumentException(format + " is not for jsign");
        };
    }

    static net.jsign.DigestAlgorithm algorithm(DigestAlgorithm algorithm) {
        return switch (algorithm) {
            case SHA1 -> net.jsign.DigestAlgorithm.SHA1;
            case SHA256 -> net.jsign.DigestAlgorithm.SHA256;
            case SHA384 -> net.jsign.DigestAlgorithm.SHA384;
            case SHA512 -> net.jsign.DigestAlgorithm.SHA512;
        };
    }
}
