package io.countersign.tsa.clock;

import io.countersign.tsa.clock.NtpAnswer.Failed;
import io.countersign.tsa.clock.NtpAnswer.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.apache.commons.net.ntp.NTPUDPClient;
import org.apache.commons.net.ntp.NtpV3Packet;
import org.apache.commons.net.ntp.TimeInfo;

/** One NTP server (RFC 5905) and what it asked of us. For one thread at a time. */
final class NtpServer {
    private static final int MAX_STRATUM = 15;
    private static final int LONGEST_PAUSE = 1024;

    /** Above this a server is as good as unsynchronized (MAXDIST, RFC 5905 section 7.2, is 1.5 s). */
    private static final Duration MAX_UNCERTAINTY = Duration.ofMillis(1500);

    private final String host;
    private final int port;
    private final Duration patience;
    private boolean barred;
    /** Polls to leave out, as kiss codes RATE ask, doubled with each. */
    private int pause;

    private int spare;

    /**
     * Asks nothing yet.
     *
     * @param patience how long to wait for an answer
     */
    NtpServer(InetSocketAddress address, Duration patience) {
        this.host = address.getHostString();
        this.port = address.getPort();
        this.patience = patience;
    }

    String name() {
        return host + ":" + port;
    }

    /** Asks once. The name is looked up each time, since pools and leases move. */
    NtpAnswer ask(InstantSource wall, LongSupplier nanos) {
        if (barred || spare > 0) {
            spare = Math.max(0, spare - 1);
            return failed(Failure.SPARED, barred ? "denied us service; restart to ask again" : "asked to be spared");
        }
        try (NTPUDPClient client = new NTPUDPClient()) {
            client.setVersion(NtpV3Packet.VERSION_4);
            client.setDefaultTimeout(patience);
            client.open();
            InetAddress address = InetAddress.getByName(host);
            long asked = nanos.getAsLong();
            TimeInfo info = client.getTime(address, port);
            // Of the library's clock only the difference to ours is of interest: ours is the one that is watched.
            Instant received = wall.instant();
            long took = nanos.getAsLong() - asked;
            if (!address.equals(info.getMessage().getDatagramPacket().getAddress())) {
                return failed(Failure.MALFORMED, "was answered for by another address");
            }
            return judged(info, received, Duration.ofNanos(took));
        } catch (SocketTimeoutException e) {
            return failed(Failure.SILENT, "did not answer within " + patience.toMillis() + " ms");
        } catch (IOException e) {
            return failed(Failure.SILENT, "cannot be asked: " + e);
        } catch (RuntimeException e) {
            // The library answers hostile packets with unchecked exceptions as well.
            return failed(Failure.MALFORMED, "answered with no NTP packet: " + e);
        }
    }

    private NtpAnswer judged(TimeInfo info, Instant received, Duration took) {
        NtpV3Packet packet = info.getMessage();
        if (packet.getMode() != NtpV3Packet.MODE_SERVER
                || packet.getVersion() < NtpV3Packet.VERSION_3
                || packet.getDatagramPacket().getLength() < 48) {
            return failed(Failure.MALFORMED, "answered with no NTP server's packet");
        }
        if (packet.getStratum() == 0) {
            return kissed(packet.getReferenceIdString());
        }
        if (packet.getStratum() > MAX_STRATUM
                || packet.getLeapIndicator() == NtpV3Packet.LI_ALARM_CONDITION
                || packet.getTransmitTimeStamp().ntpValue() == 0) {
            return failed(Failure.UNSYNCHRONIZED, "says that it is not synchronized");
        }
        info.computeDetails();
        if (info.getDelay() == null || info.getOffset() == null) {
            return failed(Failure.MALFORMED, "left out a time");
        }
        long delay = info.getDelay();
        // The machine's clock may step between question and answer, and a server may lie about when it answered.
        if (delay < -1 || delay > took.toMillis() + 2) {
            return failed(Failure.MALFORMED, "claims a delay of " + delay + " ms in " + took.toMillis() + " ms");
        }
        Duration uncertainty = Duration.ofMillis(Math.round(Math.max(0, delay) / 2.0
                + packet.getRootDelayInMillisDouble() / 2
                + packet.getRootDispersionInMillisDouble()));
        if (uncertainty.isNegative() || uncertainty.compareTo(MAX_UNCERTAINTY) > 0) {
            return failed(Failure.UNSYNCHRONIZED, "is uncertain by " + uncertainty.toMillis() + " ms");
        }
        pause = 0;
        Instant told = Instant.ofEpochMilli(info.getReturnTime() + info.getOffset());
        return new NtpAnswer.Told(name(), Duration.between(received, told), uncertainty);
    }

    /** RFC 5905 section 7.4: DENY and RSTR end the association, RATE makes it slower. */
    private NtpAnswer kissed(String code) {
        switch (code) {
            case "DENY", "RSTR" -> barred = true;
            default -> {
                pause = Math.min(LONGEST_PAUSE, Math.max(1, 2 * pause));
                spare = pause;
            }
        }
        return failed(Failure.KISS_OF_DEATH, "sent the kiss code " + code.replaceAll("[^A-Za-z]", "?"));
    }

    private Failed failed(Failure failure, String reason) {
        return new Failed(name(), failure, reason);
    }
}
