package io.countersign.signer.ui;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Requests that no client's library would write. */
final class Wire {
    private Wire() {}

    /**
     * Sends one without a body, and reads the whole answer.
     *
     * @param from an address of this machine
     * @param line the first line, without its version
     */
    static String ask(URI server, String from, String line, String... headers) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getByName(server.getHost()), server.getPort(), InetAddress.getByName(from), 0)) {
            String lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
            String request =
                    line + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\nConnection: close\r\n" + lines + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
