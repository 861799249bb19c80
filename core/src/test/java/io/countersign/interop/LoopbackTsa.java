package io.countersign.interop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.countersign.fixture.CountersignatureSample;
import io.countersign.fixture.SoftwareKey;
import io.countersign.key.DigestAlgorithm;
import io.countersign.timestamp.TimestampAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Base64;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.cms.ContentInfo;

/**
 * Our timestamp authority over HTTP on the loopback address, for tools that ask for a URL; and one that makes PKCS#9
 * countersignatures, which ours does not.
 */
final class LoopbackTsa implements AutoCloseable {
    private final HttpServer server;

    /**
     * @param old the key that countersigns
     */
    LoopbackTsa(TimestampAuthority authority, SoftwareKey old) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> answer(exchange, authority));
        server.createContext("/old", exchange -> countersign(exchange, old));
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

    /**
     * "Time Stamping Authenticode Signatures" (Win32 documentation): base64 of SEQUENCE { type OBJECT IDENTIFIER, ContentInfo of
     * the octets to be signed }, and base64 of a SignedData.
     */
    private static void countersign(HttpExchange exchange, SoftwareKey key) throws IOException {
        try (exchange) {
            byte[] request =
                    Base64.getMimeDecoder().decode(exchange.getRequestBody().readAllBytes());
            ContentInfo blob =
                    ContentInfo.getInstance(ASN1Sequence.getInstance(request).getObjectAt(1));
            byte[] octets = ASN1OctetString.getInstance(blob.getContent()).getOctets();
            byte[] response = Base64.getMimeEncoder()
                    .encode(CountersignatureSample.answer(key, DigestAlgorithm.SHA256, octets, Instant.now())
                            .toASN1Structure()
                            .getEncoded(ASN1Encoding.DER));
            exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
            exchange.sendResponseHeaders(200, response.length);
            exchange.getResponseBody().write(response);
        }
    }

    String countersigningUrl() {
        return url() + "old";
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
