package io.countersign.signer.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long, and for how much, a client is waited for. */
class BodiesTest {
    private static final String POST = "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    private static final String UPLOAD = POST + "Content-Type: Multipart/Form-Data; boundary=x\r\n";

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void aSmallBodyIsGivenOnWholeAndWhoeverHoldsItBackIsLetGo() throws Exception {
        HttpServer server = server(
                new SmallBodies(Duration.ofMillis(300)),
                asked -> asked.response().end("got " + asked.body().asString()));

        assertThat(answer(server, POST + "Content-Length: 4\r\n\r\nbody"))
                .contains("200 OK")
                .endsWith("got body");
        assertThat(answer(server, POST + "Content-Length: 4\r\n\r\nbod")).contains("408", "howToFix");
        String chunked = POST + "Transfer-Encoding: chunked\r\n\r\n";
        assertThat(answer(server, chunked + "4\r\nbody\r\n0\r\n\r\n")).endsWith("got body");
        String chunk = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
        assertThat(answer(server, chunked + chunk + chunk + chunk)).contains("413", "howToFix");
        assertThat(answer(server, POST + "Content-Length: 70000\r\n\r\n" + "x".repeat(70_000)))
                .contains("413");
    }

    @Test
    void uploadsAreSoManyAtOnceAndNoneDawdles() throws Exception {
        UploadLimit limit = new UploadLimit(1000, 1, new UploadLimit.Pace(Duration.ofMillis(500), 100));
        HttpServer server = server(limit, asked -> {
            asked.request().endHandler(whole -> asked.response().end("got it"));
            asked.request().resume();
        });
        String upload = UPLOAD + "Content-Length: 300\r\n\r\n";

        try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
            slow.getOutputStream().write(upload.getBytes(StandardCharsets.US_ASCII));
            // The other connection may be served by another event loop.
            Thread.sleep(100);
            assertThat(answer(server, upload + "x".repeat(300))).contains("503", "Retry-After: 10", "howToFix");
            assertThat(read(slow)).isEmpty();
        }
        assertThat(answer(server, upload + "x".repeat(300))).endsWith("got it");
        assertThat(answer(server, UPLOAD + "Content-Length: 1001\r\n\r\n")).contains("413", "howToFix");
        try (Socket honest = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
            honest.getOutputStream().write(upload.getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 15; i++) {
                honest.getOutputStream().write("x".repeat(20).getBytes(StandardCharsets.US_ASCII));
                Thread.sleep(70);
            }
            assertThat(read(honest)).endsWith("got it");
        }
    }

    @Test
    void whatIsAskedForTakesNoPlaceOfAnUpload() throws Exception {
        UploadLimit none = new UploadLimit(1000, 0, new UploadLimit.Pace(Duration.ofSeconds(30), 100));
        HttpServer server = server(none, asked -> asked.response().end("got it"));
        String upload = UPLOAD + "Content-Length: 0\r\n\r\n";
        assertThat(answer(server, upload)).contains("503");
        assertThat(answer(server, upload.replace("POST", "GET"))).endsWith("got it");
    }

    private HttpServer server(Handler<RoutingContext> limit, Handler<RoutingContext> answer) throws Exception {
        Router router = Router.router(vertx);
        router.route().handler(limit);
        router.route().handler(answer);
        return vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private static String answer(HttpServer server, String sent) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            return read(socket);
        }
    }

    /** What came before the end, or before the connection was cut. */
    private static String read(Socket socket) throws IOException {
        socket.setSoTimeout(20_000);
        InputStream in = socket.getInputStream();
        StringBuilder text = new StringBuilder();
        try {
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                text.append((char) octet);
            }
        } catch (java.net.SocketException e) {
            // Cut while something was still to be sent.
        }
        return text.toString();
    }
}
