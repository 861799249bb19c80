package io.countersign.signer.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutboundTest {
    private static Boolean asked(String head, String again, ByteArrayOutputStream taken) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> trickle(server, head, again), "answering");
            answering.setDaemon(true);
            answering.start();
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.getLocalPort() + "/"))
                    .build();
            return Outbound.send(request, info -> new UpTo(taken, 10), Duration.ofSeconds(2))
                    .body();
        }
    }

    /** As long as anybody hears it. */
    private static void trickle(ServerSocket server, String head, String again) {
        try (Socket socket = server.accept()) {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            while (!again.isEmpty()) {
                socket.getOutputStream().write(again.getBytes(StandardCharsets.US_ASCII));
                Thread.sleep(50);
            }
        } catch (IOException | InterruptedException e) {
            // Nobody hears it any more.
        }
    }

    @Test
    void whoSendsAnOctetNowAndThenIsNotWaitedFor() {
        assertThatThrownBy(() -> asked("HTTP/1.1 200 OK\r\nX: ", "x", new ByteArrayOutputStream()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("within 2 seconds");
        assertThatThrownBy(() -> asked(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                        "0".repeat(3),
                        new ByteArrayOutputStream()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aLongBodyIsTakenAsFarAsItMayBe() throws Exception {
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        assertThat(asked("HTTP/1.1 200 OK\r\n\r\n", "0123456789abcdef", taken)).isFalse();
        assertThat(taken).hasToString("0123456789");
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        assertThat(asked("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", "", all))
                .isTrue();
        assertThat(all).hasToString("0123456789");
    }
}
