package io.countersign.signer.outbound;

import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;

/** Writes a body down as far as a length, and hangs up then. Tells whether it was the whole. */
public final class UpTo implements BodySubscriber<Boolean> {
    private final OutputStream out;
    private final CompletableFuture<Boolean> whole = new CompletableFuture<>();
    private long left;
    private Subscription body;

    /** @param most how many bytes are taken */
    public UpTo(OutputStream out, long most) {
        this.out = out;
        this.left = most;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        body = subscription;
        body.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
        try {
            for (ByteBuffer part : parts) {
                byte[] octets = new byte[(int) Math.min(part.remaining(), left)];
                part.get(octets);
                out.write(octets);
                left -= octets.length;
                if (part.hasRemaining()) {
                    body.cancel();
                    whole.complete(false);
                    return;
                }
            }
            body.request(1);
        } catch (IOException e) {
            body.cancel();
            whole.completeExceptionally(e);
        }
    }

    @Override
    public void onError(Throwable failure) {
        whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        whole.complete(true);
    }

    @Override
    public CompletionStage<Boolean> getBody() {
        return whole;
    }
}
