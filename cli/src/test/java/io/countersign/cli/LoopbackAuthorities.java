package io.countersign.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.countersign.lab.PastPki;
import io.countersign.lab.ThrowAwayKey;
import io.countersign.timestamp.TimestampAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;

/** Two timestamp authorities over HTTP on the loopback address, each with throw-away keys under a root of its own. */
record LoopbackAuthorities(HttpServer server, List<ThrowAwayKey> roots) implements AutoCloseable {
    static LoopbackAuthorities start() throws IOException {
        List<ThrowAwayKey> roots = List.of(PastPki.root("First Root"), PastPki.root("Second Root"));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        for (int i = 0; i < roots.size(); i++) {
            TimestampAuthority authority = new TimestampAuthority(
                    "loopback", PastPki.timestamper(roots.get(i), "TSA"), InstantSource.system());
            server.createContext("/" + i, exchange -> answer(exchange, authority));
        }
        server.start();
        return new LoopbackAuthorities(server, roots);
    }

    String url(int number) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + number;
    }

    /** Writes the root's certificate. */
    Path rootOf(int number, Path pem) throws IOException, CertificateEncodingException {
        byte[] der = roots.get(number).certificate().getEncoded();
        return Files.writeString(
                pem,
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                .encodeToString(der)
                        + "\n-----END CERTIFICATE-----\n");
    }

    private static void answer(HttpExchange exchange, TimestampAuthority authority) throws IOException {
        try (exchange) {
            byte[] response = authority.respond(exchange.getRequestBody().readAllBytes());
            exchange.getResponseHeaders().set("Content-Type", "application/timestamp-reply");
            exchange.sendResponseHeaders(200, response.length);
            exchange.getResponseBody().write(response);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
