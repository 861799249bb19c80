package io.countersign.cli;

import io.countersign.cli.client.ApiTokens;
import io.countersign.cli.client.ServerRefused;
import io.countersign.cli.client.ServerUnavailable;
import io.countersign.home.ConfigurationException;
import java.io.IOException;

/** Something to ask of a server's tokens, and its failures in the command line's words. */
@FunctionalInterface
interface TokenCall<T> {
    T of(ApiTokens tokens) throws InterruptedException, ServerRefused, ServerUnavailable;

    static <T> T make(ServerOptions server, Shell shell, TokenCall<T> call)
            throws Failure, ConfigurationException, IOException, InterruptedException {
        try {
            return call.of(new ApiTokens(server.target(shell)));
        } catch (ServerRefused e) {
            throw e.isDenial() ? Failure.refused(e.getMessage(), e.hint()) : Failure.usage(e.getMessage(), e.hint());
        } catch (ServerUnavailable e) {
            throw Failure.outside(e.getMessage(), "check --server and that it runs, then try again");
        }
    }
}
