package io.countersign.signer.api;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Bounds what Quarkus REST does not: the headers of a multipart form's parts, which it gathers in memory however long they are, and how
 * many parts there are.
 */
@Provider
class PartHeaders implements ContainerRequestFilter {
    private static final int LONGEST = 8 << 10;
    private static final int MOST_PARTS = 100;

    @Override
    public void filter(ContainerRequestContext request) {
        MediaType type = request.getMediaType();
        if (type != null && type.getType().equalsIgnoreCase("multipart")) {
            String boundary = Optional.ofNullable(type.getParameters().get("boundary"))
                    .filter(b -> !b.isEmpty())
                    .orElseThrow(() -> wrong("the form names no boundary", "send it as curl -F does"));
            request.setEntityStream(new Bounded(request.getEntityStream(), boundary));
        }
    }

    private static Problem.Refusal wrong(String detail, String howToFix) {
        return Problem.of(Status.BAD_REQUEST, detail, howToFix).refusal();
    }

    /** Passes on what it looks at: a part's headers lie between its delimiter and an empty line (RFC 2046 section 5.1.1). */
    static final class Bounded extends InputStream {
        private static final byte[] EMPTY_LINE = {'\r', '\n', '\r', '\n'};

        private final InputStream in;
        private final byte[] delimiter;
        private int matched;
        private int headers = -1;
        private int parts;

        Bounded(InputStream in, String boundary) {
            this.in = in;
            this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
            // The first delimiter has no line before it.
            this.matched = 2;
        }

        @Override
        public int read() throws IOException {
            int octet = in.read();
            if (octet >= 0) {
                look((byte) octet);
            }
            return octet;
        }

        @Override
        public int read(byte[] block, int offset, int length) throws IOException {
            int n = in.read(block, offset, length);
            for (int i = 0; i < n; i++) {
                look(block[offset + i]);
            }
            return n;
        }

        private void look(byte octet) {
            boolean inHeaders = headers >= 0;
            byte[] awaited = inHeaders ? EMPTY_LINE : delimiter;
            if (octet == awaited[matched]) {
                matched++;
            } else {
                // Either begins with a carriage return.
                matched = octet == '\r' ? 1 : 0;
            }
            if (inHeaders && ++headers > LONGEST) {
                throw wrong("a part's header is longer than " + LONGEST + " bytes", "send a name and a file name");
            }
            if (matched == awaited.length) {
                matched = 0;
                headers = inHeaders ? -1 : 0;
                if (!inHeaders && ++parts > MOST_PARTS) {
                    throw wrong(
                            "the form has more than " + MOST_PARTS + " parts", "send the fields that are documented");
                }
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
