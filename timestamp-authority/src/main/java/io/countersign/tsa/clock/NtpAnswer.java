package io.countersign.tsa.clock;

import java.time.Duration;

/** What came of asking one NTP server. */
public sealed interface NtpAnswer {
    /** The server asked, for logs and metrics. */
    String server();

    /**
     * A time.
     *
     * @param offset what is to be added to our clock to have the server's
     * @param uncertainty how far from the truth that may be, the server's own distance from its reference clock included
     *     (half of the synchronization distance of RFC 5905 section 10)
     */
    record Told(String server, Duration offset, Duration uncertainty) implements NtpAnswer {}

    /** Nothing to be used, and why, in a word for metrics and a sentence for the log. */
    record Failed(String server, Failure failure, String reason) implements NtpAnswer {}

    /** The ways to fail, as metrics count them. */
    enum Failure {
        SILENT,
        MALFORMED,
        UNSYNCHRONIZED,
        KISS_OF_DEATH,
        SPARED
    }
}
