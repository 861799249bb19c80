package io.countersign.hsm;

import com.fasterxml.jackson.core.JsonFactory;
import com.sun.jna.Native;
import io.countersign.home.Home;
import io.countersign.key.KeyUnavailable;
import io.countersign.key.SigningKey;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.yaml.snakeyaml.Yaml;

/**
 * {@link TokenMaker} as a process of its own, and the way there. SoftHSM reads its configuration once a process, and its
 * objects point into the token folder they were made in: a process that made tokens in a staging folder could not go on to use
 * them where they were moved to, and one that already uses other tokens could not make any. The child has its SOFTHSM2_CONF from
 * the start; the PINs never leave it but into their files.
 *
 * <p>The child tells its progress on standard output, {@code KIND text} a line, and stops when its standard input ends: when
 * its parent is killed, so is the ceremony.
 */
final class TokenMakerProcess {
    private static final String CONFIGURATION = "softhsm2.conf";
    private static final String PLAN = "ceremony.yaml";
    private static final int MAX_MINUTES = 15;
    private static final int MAX_STDERR_LINES = 20;
    private static final String PROGRESS = "progress ";
    private static final String FOR_NOW = "failed ";
    private static final String PERMANENTLY = "refused ";

    private TokenMakerProcess() {}

    /**
     * Makes folders tokens, secrets and pki in the stage, of everything that is planned.
     *
     * @param plan ceremony.yaml
     */
    static void run(Path module, Home home, Path stage, String plan, Consumer<String> progress)
            throws IOException, KeyUnavailable {
        run(module, home, stage, plan, List.of(), progress);
    }

    /** The same of one token of the plan, whose keys certify themselves. */
    static void alone(Path module, Home home, Path stage, String token, Consumer<String> progress)
            throws IOException, KeyUnavailable {
        run(module, home, stage, CeremonyPlan.text(), List.of(token), progress);
    }

    private static void run(
            Path module, Home home, Path stage, String plan, List<String> alone, Consumer<String> progress)
            throws IOException, KeyUnavailable {
        Path tokens = stage.resolve("tokens");
        OwnerOnly.folder(tokens);
        Files.writeString(stage.resolve(CONFIGURATION), SoftHsm.configurationText(tokens), StandardCharsets.UTF_8);
        Files.writeString(stage.resolve(PLAN), plan, StandardCharsets.UTF_8);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
        // A crash must leave no picture of the memory that holds the PINs: no core, and the report dies with the stage.
        command.addAll(List.of("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=" + stage.resolve("crash")));
        command.addAll(nativeAccess());
        command.addAll(List.of("-cp", classPath(), TokenMakerProcess.class.getName()));
        command.addAll(List.of(module.toString(), home.root().toString(), stage.toString()));
        command.addAll(alone);
        Path errors = stage.resolve("stderr");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(stage.toFile()).redirectError(errors.toFile());
        builder.environment()
                .put(SoftHsm.ENVIRONMENT, stage.resolve(CONFIGURATION).toString());
        Process child = builder.start();
        try {
            CompletableFuture.delayedExecutor(MAX_MINUTES, TimeUnit.MINUTES).execute(child::destroyForcibly);
            follow(child, errors, progress);
        } finally {
            child.destroyForcibly();
        }
    }

    /** From Java 22 on, loading JNA warns without it. */
    static List<String> nativeAccess() {
        return Runtime.version().feature() >= 22 ? List.of("--enable-native-access=ALL-UNNAMED") : List.of();
    }

    private static void follow(Process child, Path errors, Consumer<String> progress)
            throws IOException, KeyUnavailable {
        try (var lines = child.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(PROGRESS)) {
                    progress.accept(line.substring(PROGRESS.length()));
                } else if (line.startsWith(FOR_NOW)) {
                    throw KeyUnavailable.forNow(line.substring(FOR_NOW.length()), null);
                } else if (line.startsWith(PERMANENTLY)) {
                    throw KeyUnavailable.permanently(line.substring(PERMANENTLY.length()), null);
                }
            }
            if (child.waitFor() != 0) {
                throw KeyUnavailable.forNow(
                        "the process that makes the tokens ended with status " + child.exitValue() + ": "
                                + tail(errors),
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KeyUnavailable.forNow("interrupted while the tokens were made; nothing was left behind", e);
        }
    }

    private static String tail(Path errors) throws IOException {
        try (Stream<String> lines = Files.lines(errors)) {
            return String.join(" | ", lines.limit(MAX_STDERR_LINES).toList());
        }
    }

    /** Where the classes the child needs were loaded from, whoever loaded them: one jar, many, or a build folder. */
    private static String classPath() {
        return String.join(
                File.pathSeparator,
                Stream.of(
                                TokenMakerProcess.class,
                                SigningKey.class,
                                Native.class,
                                Yaml.class,
                                JsonFactory.class,
                                ASN1Object.class,
                                CMSObjectIdentifiers.class,
                                X509CertificateHolder.class)
                        .map(c -> c.getProtectionDomain().getCodeSource().getLocation())
                        .map(TokenMakerProcess::path)
                        .distinct()
                        .toList());
    }

    /** The file behind {@code file:/x.jar}, or {@code jar:file:/x.jar!/} as some class loaders have it. */
    static String path(URL location) {
        try {
            String text = location.toString();
            return text.startsWith("jar:")
                    ? path(URI.create(text.substring("jar:".length(), text.lastIndexOf("!/")))
                            .toURL())
                    : Path.of(location.toURI()).toString();
        } catch (URISyntaxException | MalformedURLException e) {
            throw new IllegalStateException("class path entry " + location + " is not a file", e);
        }
    }

    /** The child. Arguments: module, home, stage, and if it is to make one token alone, its label. */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        stopWithParent();
        Path module = Path.of(arguments[0]);
        Home home = new Home(Path.of(arguments[1]));
        Path stage = Path.of(arguments[2]);
        CeremonyPlan plan = CeremonyPlan.read(Files.readString(stage.resolve(PLAN)));
        try {
            new TokenMaker(Cryptoki.load(module), home, stage, line -> out.println(PROGRESS + line))
                    .run(arguments.length > 3 ? plan.alone(arguments[3]) : plan);
        } catch (KeyUnavailable e) {
            out.println((e.isPermanent() ? PERMANENTLY : FOR_NOW) + e.getMessage());
        } catch (CryptokiException e) {
            out.println(FOR_NOW + module + ": " + e.getMessage());
        } catch (UnsatisfiedLinkError e) {
            out.println(PERMANENTLY + module + " is not a PKCS#11 module this machine can load: " + e.getMessage());
        }
        out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static void stopWithParent() {
        Thread watch = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Nothing is ever said: the end is the message.
                }
            } catch (IOException e) {
                // As good as the end.
            }
            Runtime.getRuntime().halt(1);
        });
        watch.setDaemon(true);
        watch.start();
    }
}
