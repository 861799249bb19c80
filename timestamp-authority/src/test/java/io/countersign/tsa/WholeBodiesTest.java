package io.countersign.tsa;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WholeBodiesTest {
    private static final String HEAD = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n";

    private static final String CHUNKED =
            "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";

    @Test
    void aBodyIsGivenOnWholeAndWhoeverHoldsItBackIsLetGo() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            Router router = Router.router(vertx);
            router.route().handler(new WholeBodies(Duration.ofMillis(300)));
            router.route()
                    .handler(asked -> asked.response().end("got " + asked.body().asString()));
            HttpServer server = vertx.createHttpServer()
                    .requestHandler(router)
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);

            assertThat(answer(server, HEAD + "body")).contains("200 OK").endsWith("got body");
            assertThat(answer(server, HEAD + "bod")).contains("408");
            assertThat(answer(server, CHUNKED + "0\r\n\r\n")).endsWith("got ");
            String chunk = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
            assertThat(answer(server, CHUNKED + chunk + chunk + chunk)).contains("413");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private static String answer(HttpServer server, String sent) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(sent.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            StringBuilder text = new StringBuilder();
            int octet = in.read();
            while (octet >= 0) {
                text.append((char) octet);
                octet = text.toString().endsWith("got body") ? -1 : in.read();
            }
            return text.toString();
        }
    }
}
