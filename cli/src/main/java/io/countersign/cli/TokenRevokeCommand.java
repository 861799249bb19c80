package io.countersign.cli;

import io.countersign.home.ConfigurationException;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code countersign token revoke}. */
@Command(name = "revoke", sortOptions = false, description = "Revoke an API token; it is refused from then on.")
final class TokenRevokeCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "ID", description = "Its id, as 'token list' shows it.")
    private String id;

    @Mixin
    private ServerOptions server;

    @Mixin
    private Json json;

    TokenRevokeCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, InterruptedException {
        UUID known = uuid();
        TokenCall.make(server, shell, tokens -> {
            tokens.revoke(known);
            return known;
        });
        shell.out().println(json.wanted() ? Json.text(Json.document().put("revoked", id)) : id + ": revoked");
        return ExitCode.GOOD;
    }

    private UUID uuid() throws Failure {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw Failure.usage("'" + id + "' is no token's id", "take it from 'countersign token list'");
        }
    }
}
