package io.countersign.pe;

import java.io.Closeable;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Feeds the blocks of a file to digests that each work on a thread of their own, so that two digests take the time of one. All
 * see the very octets that were read once. Memory is bounded: the reader waits for the slowest. Where there are few octets the
 * caller's thread does the work, since starting one costs more. To be used by one thread.
 */
final class DigestLanes implements Closeable {
    /** In bytes; large enough that handing a block over costs nothing beside digesting it, small enough for the cache. */
    private static final int BLOCK = 1 << 18;

    private static final int BLOCKS = 4;

    private final List<Lane> lanes = new ArrayList<>();
    private final List<Slot> slots = new ArrayList<>();
    private int next;

    private record Lane(MessageDigest digest, ExecutorService thread) {}

    private record Slot(ByteBuffer block, List<Future<?>> pending) {
        void await() throws InterruptedIOException {
            for (Future<?> work : pending) {
                try {
                    work.get();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("stopped while digesting");
                } catch (ExecutionException e) {
                    throw new IllegalStateException("digesting does not fail", e);
                }
            }
            pending.clear();
        }
    }

    /**
     * @param octets how many there are to digest
     */
    DigestLanes(List<MessageDigest> digests, long octets) {
        boolean threads = octets > BLOCKS * (long) BLOCK;
        digests.forEach(
                d -> lanes.add(new Lane(d, threads ? Executors.newSingleThreadExecutor(DigestLanes::thread) : null)));
        for (int i = 0; i < (threads ? BLOCKS : 1); i++) {
            slots.add(new Slot(ByteBuffer.allocate((int) Math.min(BLOCK, octets)), new ArrayList<>()));
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "digest");
        thread.setDaemon(true);
        return thread;
    }

    /** An empty block to read into; waits until the digests are done with what was in it. */
    ByteBuffer block() throws InterruptedIOException {
        Slot slot = slots.get(next);
        slot.await();
        return slot.block().clear();
    }

    /** Digests what remains in the block that {@link #block} gave last, and leaves its position alone. */
    void digest(ByteBuffer block, List<MessageDigest> by) {
        Slot slot = slots.get(next);
        for (Lane lane : lanes) {
            if (by.contains(lane.digest())) {
                ByteBuffer view = block.duplicate();
                if (lane.thread() == null) {
                    lane.digest().update(view);
                } else {
                    slot.pending().add(lane.thread().submit(() -> lane.digest().update(view)));
                }
            }
        }
        next = (next + 1) % slots.size();
    }

    /** Waits until everything is digested; the digests are the caller's again. */
    void finish() throws InterruptedIOException {
        for (Slot slot : slots) {
            slot.await();
        }
    }

    @Override
    public void close() {
        lanes.stream().filter(l -> l.thread() != null).forEach(l -> l.thread().shutdownNow());
    }
}
