package io.countersign.tsa;

import io.countersign.key.KeyUnavailable;
import io.countersign.timestamp.TimeNotAvailable;
import io.countersign.tsa.archive.ArchiveUnavailable;
import io.countersign.tsa.archive.TokenArchive;
import io.countersign.tsa.clock.NtpAnswer;
import io.countersign.tsa.clock.NtpPolling;
import io.countersign.tsa.journal.IssueJournal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * What goes on beside the answers: the NTP servers are polled; at start and daily the certificate and the key are checked and
 * what was kept long enough is removed. Nothing here makes a request fail: each token is checked against the certificate and the
 * clock by itself.
 */
final class Upkeep implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Upkeep.class);

    private final ServedAuthority served;
    private final CertificateEnd certificate;
    private final TokenArchive archive;
    private final IssueJournal journal;
    private final NtpPolling polling;
    private final ScheduledExecutorService daily = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "upkeep");
        thread.setDaemon(true);
        return thread;
    });

    Upkeep(
            ServedAuthority served,
            CertificateEnd certificate,
            TokenArchive archive,
            IssueJournal journal,
            MachineClock clock,
            Measures measures) {
        this.served = served;
        this.certificate = certificate;
        this.archive = archive;
        this.journal = journal;
        this.polling = new NtpPolling(
                served.serving().clock().servers(),
                NtpPolling.PATIENCE,
                clock.wall(),
                clock.nanos(),
                served.clock(),
                answer -> heard(answer, measures));
    }

    private static void heard(NtpAnswer answer, Measures measures) {
        measures.polled(answer);
        if (answer instanceof NtpAnswer.Failed failed && failed.failure() != NtpAnswer.Failure.SPARED) {
            LOG.warnf("NTP server %s %s", failed.server(), failed.reason());
        }
    }

    void start() {
        if (!served.serving().clock().servers().isEmpty()) {
            polling.start(served.serving().clock().period());
        }
        LOG.infof("clock: %s", served.clock().state().inWords());
        var unused = daily.scheduleAtFixedRate(this::day, 0, Duration.ofDays(1).toMinutes(), TimeUnit.MINUTES);
    }

    /** What is due once a day. */
    private void day() {
        certificate.objection().ifPresentOrElse(problem -> LOG.errorf("no token is issued: %s", problem), () -> {
            if (certificate.isNear()) {
                LOG.warnf("the key must not sign after %s; renew its certificate", certificate.end());
            }
        });
        try {
            served.selfTest().run();
        } catch (KeyUnavailable e) {
            LOG.error("the timestamp key does not sign", e);
        }
        forget();
    }

    private void forget() {
        int days = served.serving().archive().retentionDays();
        if (days == 0) {
            return;
        }
        try {
            // Only by a clock that is believed: one that is years ahead would empty the archive.
            Instant before = served.clock().now().minus(Duration.ofDays(days));
            int tokens = archive.removeBefore(before);
            int files = journal.removeBefore(LocalDate.ofInstant(before, ZoneOffset.UTC));
            LOG.infof("removed %d tokens and %d journals older than %d days", tokens, files, days);
        } catch (TimeNotAvailable e) {
            LOG.warn("nothing is removed while the clock is not believed");
        } catch (ArchiveUnavailable | IOException e) {
            LOG.error("what is older than its retention could not be removed", e);
        }
    }

    @Override
    public void close() {
        daily.shutdownNow();
        polling.close();
    }
}
