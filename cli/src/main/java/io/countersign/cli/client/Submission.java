package io.countersign.cli.client;

import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Flow;
import java.util.function.LongConsumer;

/**
 * What is asked for: this file, signed under this policy. Written as multipart/form-data (RFC 7578), the file straight from
 * the disk.
 */
public record Submission(Path file, String project, String policy, Optional<String> description) {
    String contentType(UUID boundary) {
        return "multipart/form-data; boundary=" + boundary;
    }

    /** @param sent told how many bytes went out, each time some did */
    BodyPublisher body(UUID boundary, LongConsumer sent) throws FileNotFoundException {
        StringBuilder fields = new StringBuilder();
        field(fields, boundary, "projectSlug", project);
        field(fields, boundary, "signingPolicySlug", policy);
        description.ifPresent(text -> field(fields, boundary, "description", text));
        fields.append("--%s\r\nContent-Disposition: form-data; name=\"artifact\"; filename=\"%s\"\r\n"
                .formatted(boundary, escaped(file.getFileName().toString())));
        fields.append("Content-Type: application/octet-stream\r\n\r\n");
        return counting(
                BodyPublishers.concat(
                        BodyPublishers.ofString(fields.toString(), StandardCharsets.UTF_8),
                        BodyPublishers.ofFile(file),
                        BodyPublishers.ofString("\r\n--" + boundary + "--\r\n", StandardCharsets.UTF_8)),
                sent);
    }

    private static void field(StringBuilder body, UUID boundary, String name, String value) {
        body.append("--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n".formatted(boundary, name));
        body.append("Content-Type: text/plain; charset=utf-8\r\n\r\n")
                .append(value)
                .append("\r\n");
    }

    /** As browsers write file names: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data. */
    private static String escaped(String name) {
        return name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static BodyPublisher counting(BodyPublisher body, LongConsumer sent) {
        return new BodyPublisher() {
            @Override
            public long contentLength() {
                return body.contentLength();
            }

            @Override
            public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
                body.subscribe(new Flow.Subscriber<ByteBuffer>() {
                    @Override
                    public void onSubscribe(Flow.Subscription subscription) {
                        subscriber.onSubscribe(subscription);
                    }

                    @Override
                    public void onNext(ByteBuffer part) {
                        sent.accept(part.remaining());
                        subscriber.onNext(part);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        subscriber.onError(failure);
                    }

                    @Override
                    public void onComplete() {
                        subscriber.onComplete();
                    }
                });
            }
        };
    }
}
