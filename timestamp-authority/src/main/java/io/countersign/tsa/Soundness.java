package io.countersign.tsa;

import io.countersign.tsa.archive.ArchiveUnavailable;
import io.countersign.tsa.archive.TokenArchive;
import io.countersign.tsa.clock.ClockState;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** What must be sound, besides the key, for a token to be issued; details that name hosts or files go to the log only. */
@Singleton
class Soundness {
    private static final Logger LOG = Logger.getLogger(Soundness.class);

    @Produces
    @Readiness
    @Singleton
    HealthCheck clock(ServedAuthority served) {
        return () -> {
            ClockState state = served.clock().state();
            if (!state.isBelieved()) {
                LOG.errorf("the clock is not believed: %s", state.inWords());
            }
            return HealthCheckResponse.named("clock is believed")
                    .status(state.isBelieved())
                    .withData("ntpServers", state.policy().servers())
                    .withData("agreeing", state.agreeing())
                    .withData("clock", state.isBelieved() ? state.inWords() : "not believed; the log says why")
                    .build();
        };
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck certificate(CertificateEnd certificate, ServedAuthority served) {
        return () -> HealthCheckResponse.named("certificate may sign")
                .status(certificate.objection().isEmpty())
                .withData(
                        "until",
                        certificate.end().truncatedTo(ChronoUnit.SECONDS).toString())
                .withData("renewalDue", certificate.isNear())
                .withData("labAnswers", served.serving().lab().size())
                .build();
    }

    /** A removal of nothing takes the lock of a writer; that the disk has room shows only when a token is kept. */
    @Produces
    @Readiness
    @Singleton
    HealthCheck archive(TokenArchive archive) {
        return () -> {
            boolean works = true;
            try {
                archive.removeBefore(Instant.EPOCH);
            } catch (ArchiveUnavailable e) {
                LOG.error("the archive does not work", e);
                works = false;
            }
            return HealthCheckResponse.named("archive keeps tokens")
                    .status(works)
                    .withData("waiting", archive.waiting())
                    .build();
        };
    }
}
