package io.countersign.interop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.countersign.timestamp.TimestampAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Our timestamp authority over HTTP on the loopback address, for tools that ask for a URL. */
final class LoopbackTsa implements AutoCloseable {
    private final HttpServer server;

    LoopbackTsa(TimestampAuthority authority) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> answer(exchange, authority));
        server.start();
    }

    private static void answer(HttpExchange exchange, TimestampAuthority authority) throws IOException {
        try (exchange) {
            byte[] response = authority.respond(exchange.getRequestBody().readAllBytes());
            exchange.getResponseHeaders().set("Content-Type", "application/timestamp-reply");
            exchange.sendResponseHeaders(200, response.length);
            exchange.getResponseBody().write(response);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
