package io.countersign.timestamp.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.key.DigestAlgorithm;
import io.countersign.timestamp.TestTsa;
import io.countersign.timestamp.TimestampUnavailable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Servers that speak no HTTP, which Java's client quotes in its messages. */
class HostileWordsTest {
    @Test
    void whatAServerSaysDoesNotSteerATerminal() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> answer(listening));
            server.setDaemon(true);
            server.start();
            HttpTimestampSource source = new HttpTimestampSource(
                    URI.create("http://127.0.0.1:" + listening.getLocalPort() + "/"),
                    Duration.ofSeconds(20),
                    TestTsa.clock(),
                    Optional.empty());

            TimestampUnavailable failure = catchThrowableOfType(
                    TimestampUnavailable.class, () -> source.timestamp(DigestAlgorithm.SHA256.digest(new byte[1])));

            assertThat(failure).message().contains("pwned").doesNotContain("\u001b", "\u0007");
        }
    }

    /** And does not hang up, which could take away what was said. */
    private static void answer(ServerSocket listening) {
        try (Socket peer = listening.accept()) {
            peer.getOutputStream().write("HTTX\u001b]0;pwned\u0007 200\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            peer.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
