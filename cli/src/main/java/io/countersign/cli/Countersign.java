package io.countersign.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The {@code countersign} command. */
@Command(
        name = "countersign",
        versionProvider = Countersign.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Signs Windows binaries and drivers with keys that never leave an HSM, and proves it.",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  countersign demo                             the whole pipeline once, on free loopback ports",
            "  countersign hsm init                         make a token and a lab PKI",
            "  countersign sign driver.sys -o signed.sys    sign and timestamp, offline",
            "  countersign verify signed.sys                check it, with reasons",
            "",
            "Exit codes:",
            "  0  done, and good",
            "  1  done, and the answer is no: it does not verify, it was refused or denied",
            "  2  wrong usage",
            "  3  something outside failed (token, TSA, server, disk): worth trying again",
            "",
            "Everything an installation owns is in COUNTERSIGN_HOME (default: $XDG_DATA_HOME/countersign)."
        })
public final class Countersign {
    private static final int WIDTH = 110;

    private static final List<String> VERBS = List.of(
            "demo",
            "up",
            "lab",
            "sign",
            "submit",
            "digest",
            "sign-digest",
            "attach",
            "timestamp",
            "strip",
            "formats",
            "diff",
            "verify",
            "explain",
            "rules",
            "verify-provenance",
            "catalog",
            "policy",
            "token",
            "hsm",
            "ca",
            "trust");

    @SuppressWarnings("UnusedVariable") // picocli reads it, and acts on it for every verb
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show how this is used.")
    private boolean help;

    @SuppressWarnings("UnusedVariable") // picocli reads it
    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    private Countersign() {}

    /** Runs one verb and ends the process with its exit code. */
    public static void main(String[] args) {
        // Not System.out: its encoding follows the locale, and file names and JSON are UTF-8 everywhere.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.exit(run(new Shell(System.getenv(), out, err), args));
    }

    static int run(Shell shell, String... args) {
        CommandLine command = new CommandLine(new Countersign());
        // picocli reads a class when its verb is added, which is most of what a short command costs.
        List<String> wanted = args.length > 0 && VERBS.contains(args[0]) ? List.of(args[0]) : VERBS;
        wanted.forEach(verb -> command.addSubcommand(verb, verb(verb, shell)));
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, new GroupedCommands());
        ErrorReport errors = new ErrorReport(shell);
        return command.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8))
                .setUsageHelpWidth(WIDTH)
                .setAbbreviatedOptionsAllowed(false)
                .setParameterExceptionHandler(errors)
                .setExecutionExceptionHandler(errors)
                .execute(args);
    }

    private static Object verb(String name, Shell shell) {
        return switch (name) {
            case "demo" -> new DemoCommand(shell);
            case "up" -> new UpCommand(shell);
            case "lab" ->
                new CommandLine(new LabVerb())
                        .addSubcommand("list", new LabListCommand(shell))
                        .addSubcommand("run", new LabRunCommand(shell));
            case "sign" -> new SignCommand(shell);
            case "submit" -> new SubmitCommand(shell);
            case "digest" -> new DigestCommand(shell);
            case "sign-digest" -> new SignDigestCommand(shell);
            case "attach" -> new AttachCommand(shell);
            case "timestamp" -> new TimestampCommand(shell);
            case "strip" -> new StripCommand(shell);
            case "formats" -> new FormatsCommand(shell);
            case "diff" -> new DiffCommand(shell);
            case "verify" -> new VerifyCommand(shell);
            case "explain" -> new ExplainCommand(shell);
            case "rules" -> new RulesCommand(shell);
            case "verify-provenance" -> new VerifyProvenanceCommand(shell);
            case "catalog" ->
                new CommandLine(new CatalogCommand())
                        .addSubcommand("show", new CatalogShowCommand(shell))
                        .addSubcommand("create", new CatalogCreateCommand(shell))
                        .addSubcommand("check", new CatalogCheckCommand(shell));
            case "policy" ->
                new CommandLine(new PolicyCommand())
                        .addSubcommand("lint", new PolicyLintCommand(shell))
                        .addSubcommand("explain", new PolicyExplainCommand(shell))
                        .addSubcommand("dry-run", new PolicyDryRunCommand(shell));
            case "token" ->
                new CommandLine(new TokenCommand())
                        .addSubcommand("create", new TokenCreateCommand(shell))
                        .addSubcommand("list", new TokenListCommand(shell))
                        .addSubcommand("revoke", new TokenRevokeCommand(shell));
            case "hsm" ->
                new CommandLine(new HsmCommand())
                        .addSubcommand("init", new HsmInitCommand(shell))
                        .addSubcommand("renew", new HsmRenewCommand(shell))
                        .addSubcommand("status", new HsmStatusCommand(shell));
            case "ca" ->
                new CommandLine(new CaCommand())
                        .addSubcommand("issue", new CaIssueCommand(shell))
                        .addSubcommand("list", new CaListCommand(shell))
                        .addSubcommand("revoke", new CaRevokeCommand(shell))
                        .addSubcommand("refresh", new CaRefreshCommand(shell));
            case "trust" ->
                new CommandLine(new TrustCommand())
                        .addSubcommand("list", new TrustListCommand(shell))
                        .addSubcommand("import", new TrustImportCommand(shell))
                        .addSubcommand("remove", new TrustRemoveCommand(shell))
                        .addSubcommand("export-kit", new TrustExportKitCommand(shell));
            default -> throw new IllegalArgumentException("no verb " + name);
        };
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"countersign " + number()};
        }

        static String number() {
            String version = Countersign.class.getPackage().getImplementationVersion();
            return version == null ? "(unpackaged)" : version;
        }
    }
}
