package io.countersign.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.cli.client.ApiTokens;
import io.countersign.cli.client.ApiTokens.ApiToken;
import io.countersign.home.ConfigurationException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code countersign token list}. */
@Command(
        name = "list",
        sortOptions = false,
        description = "List the API tokens that you may revoke: your own, or all for an administrator.")
final class TokenListCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private ServerOptions server;

    @Mixin
    private Json json;

    TokenListCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Failure, ConfigurationException, IOException, InterruptedException {
        List<ApiToken> tokens = TokenCall.make(server, shell, ApiTokens::list);
        if (json.wanted()) {
            ObjectNode document = Json.document();
            ArrayNode array = document.putArray("tokens");
            tokens.forEach(t -> array.addObject()
                    .put("id", t.id())
                    .put("name", t.name())
                    .put("identity", t.identity())
                    .put("scope", t.scope())
                    .put("expiresAt", t.expiresAt()));
            shell.out().println(Json.text(document));
        } else {
            tokens.forEach(t -> shell.out()
                    .printf(
                            "%s  %s  %s  until %s  %s%n",
                            t.id(),
                            t.identity(),
                            t.scope().isEmpty() ? "unbound" : t.scope(),
                            t.expiresAt(),
                            t.name()));
        }
        return ExitCode.GOOD;
    }
}
