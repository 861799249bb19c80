package io.countersign.signer.request;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Tells who wants to know that a request changed, after the change is durable. Within this process only, and in the thread that
 * made the change: a listener must be quick. Who must not miss one looks into the store when it starts. Safe for several
 * threads.
 */
public final class RequestChanges {
    private static final Logger LOG = Logger.getLogger(RequestChanges.class);

    private final List<Consumer<UUID>> listeners = new CopyOnWriteArrayList<>();

    /** Ends what {@link #listen} began. */
    @FunctionalInterface
    public interface Listening extends AutoCloseable {
        @Override
        void close();
    }

    /** From now on the listener is told the id of each request that comes to be or changes its state. */
    public Listening listen(Consumer<UUID> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Tells everybody. Throws nothing: the change has happened, whoever fails to hear of it. */
    public void changed(UUID request) {
        for (Consumer<UUID> listener : listeners) {
            try {
                listener.accept(request);
            } catch (RuntimeException e) {
                LOG.errorf(e, "%s changed, and a listener failed", request);
            }
        }
    }
}
