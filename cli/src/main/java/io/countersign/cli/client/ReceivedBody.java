package io.countersign.cli.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * A response's body on its way into a channel, which stays open. It fails with an IOException where it is longer than allowed,
 * and with an UncheckedIOException where the channel does not take it. Who waits for it asks {@link #isOverdue()}.
 */
final class ReceivedBody implements BodySubscriber<Void> {
    private final WritableByteChannel sink;
    private final long limit;
    private final long patience;
    private final boolean patienceRenewed;
    private final CompletableFuture<Void> whole = new CompletableFuture<>();
    private Flow.Subscription subscription;
    private long received;
    private volatile long since = System.nanoTime();

    private ReceivedBody(WritableByteChannel sink, long limit, Duration patience, boolean patienceRenewed) {
        this.sink = sink;
        this.limit = limit;
        this.patience = patience.toNanos();
        this.patienceRenewed = patienceRenewed;
    }

    /** A body that has to be there whole in this time. */
    static ReceivedBody within(Duration total, WritableByteChannel sink, long limit) {
        return new ReceivedBody(sink, limit, total, false);
    }

    /** A body that may take long, but not stand still for this time. */
    static ReceivedBody moving(Duration idle, WritableByteChannel sink, long limit) {
        return new ReceivedBody(sink, limit, idle, true);
    }

    boolean isOverdue() {
        return System.nanoTime() - since > patience;
    }

    @Override
    public CompletionStage<Void> getBody() {
        return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription offered) {
        subscription = offered;
        subscription.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
        try {
            for (ByteBuffer part : parts) {
                received += part.remaining();
                if (received > limit) {
                    throw new IOException("the answer has more than " + limit + " bytes");
                }
                write(part);
            }
        } catch (IOException | UncheckedIOException e) {
            subscription.cancel();
            whole.completeExceptionally(e);
            return;
        }
        if (patienceRenewed) {
            since = System.nanoTime();
        }
        subscription.request(1);
    }

    private void write(ByteBuffer part) {
        try {
            while (part.hasRemaining()) {
                sink.write(part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void onError(Throwable failure) {
        whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        whole.complete(null);
    }
}
