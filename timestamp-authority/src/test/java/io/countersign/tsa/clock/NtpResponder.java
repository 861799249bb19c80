package io.countersign.tsa.clock;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** A real NTP server on loopback whose answers a test chooses (packet format: RFC 5905 section 7.3). */
public final class NtpResponder implements AutoCloseable {
    private static final long SECONDS_1900_TO_1970 = 2_208_988_800L;
    private static final int PACKET = 48;

    /** How it behaves. */
    public enum Mood {
        HONEST,
        SILENT,
        UNSYNCHRONIZED,
        DENYING,
        RATE_LIMITING,
        GARBAGE,
        /** An answer to another question, as one who cannot see ours would have to send. */
        BLIND,
        /** Half a minute away from its reference clock. */
        UNCERTAIN
    }

    private final DatagramSocket socket;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Mood mood = Mood.HONEST;
    private volatile Duration offset = Duration.ZERO;

    public NtpResponder() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread thread = new Thread(this::serve, "ntp-responder");
        thread.setDaemon(true);
        thread.start();
    }

    public NtpResponder in(Mood mood) {
        this.mood = mood;
        return this;
    }

    /** From now on its clock is ahead of this machine's by so much. */
    public NtpResponder ahead(Duration offset) {
        this.offset = offset;
        return this;
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    public int timesAsked() {
        return asked.get();
    }

    private void serve() {
        byte[] question = new byte[256];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(question, question.length);
                socket.receive(packet);
                asked.incrementAndGet();
                if (mood != Mood.SILENT) {
                    byte[] answer = answer(Arrays.copyOf(question, packet.getLength()));
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // Closed, or a client that has gone: the next one is served.
            }
        }
    }

    private byte[] answer(byte[] question) {
        if (mood == Mood.GARBAGE) {
            return "no time here".getBytes(StandardCharsets.US_ASCII);
        }
        boolean kiss = mood == Mood.DENYING || mood == Mood.RATE_LIMITING;
        int leap = mood == Mood.UNSYNCHRONIZED || kiss ? 3 : 0;
        long now = ntp(System.currentTimeMillis() + offset.toMillis());
        ByteBuffer packet = ByteBuffer.allocate(PACKET)
                .put((byte) (leap << 6 | 4 << 3 | 4))
                .put((byte) (kiss ? 0 : 2))
                .put((byte) 6)
                .put((byte) -20)
                .putInt(0)
                .putInt(mood == Mood.UNCERTAIN ? 30 << 16 : 0)
                .put((mood == Mood.DENYING ? "DENY" : "RATE").getBytes(StandardCharsets.US_ASCII))
                .putLong(now);
        packet.put(question, 40, 8);
        if (mood == Mood.BLIND) {
            packet.put(24, (byte) ~question[40]);
        }
        return packet.putLong(now).putLong(now).array();
    }

    private static long ntp(long millis) {
        long seconds = millis / 1000 + SECONDS_1900_TO_1970;
        long fraction = (millis % 1000 << 32) / 1000;
        return seconds << 32 | fraction;
    }

    @Override
    public void close() {
        socket.close();
    }
}
