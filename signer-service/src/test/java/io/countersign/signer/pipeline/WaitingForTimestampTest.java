package io.countersign.signer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.cms.AuthenticodeSignature;
import io.countersign.home.Configuration;
import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.lab.PastPki;
import io.countersign.provenance.VerifyProvenance;
import io.countersign.signer.audit.AuditEvent.Intent;
import io.countersign.signer.audit.AuditEvent.Outcome;
import io.countersign.signer.audit.AuditEvent.Result;
import io.countersign.signer.fixture.LabTsa;
import io.countersign.signer.request.SigningRequest.Completed;
import io.countersign.signer.request.SigningRequest.Failed;
import io.countersign.signer.request.SigningRequest.Processing;
import io.countersign.signer.request.SigningRequest.Queued;
import io.countersign.signer.request.StoreUnavailable;
import io.countersign.timestamp.TimestampUnavailable;
import io.countersign.verify.Finding;
import io.countersign.verify.Verdict;
import io.countersign.verify.VerifyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Signatures whose authority is down. */
class WaitingForTimestampTest extends LabPipelineFixture {
    @Test
    void theSignatureIsKeptAndTimestampedLaterByANewProcessWithoutTheKey() throws Exception {
        Service first = new Service();
        UUID id = first.submit();
        first.attempt();

        assertThat(first.request(id)).isInstanceOfSatisfying(Queued.class, q -> {
            assertThat(q.notBefore()).isEqualTo(now.plusSeconds(5));
            assertThat(q.lastFailure().orElseThrow())
                    .contains("waiting for its timestamp until " + now.plus(PATIENCE), "503");
        });
        Digest kept = ((Outcome) first.audit.of(id).get(1)).output().orElseThrow();
        AuthenticodeSignature signature =
                AuthenticodeSignature.parse(Bytes.of(Files.readAllBytes(first.artifacts.file(kept))));
        assertThat(signature.holds()).isTrue();
        assertThat(signature.timestamps()).isEmpty();

        Service second = new Service();
        second.attempts(second.requests).resolveInterrupted();
        now = now.plusSeconds(5);
        second.attempt();
        now = now.plusSeconds(30);
        tsa.behave(LabTsa.Mode.GOOD);
        second.attempt();

        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
        assertThat(second.results(id)).containsExactly(Result.UNSTAMPED, Result.FAILED, Result.SIGNED);
        assertThat(second.audit.of(id).stream().filter(Intent.class::isInstance))
                .hasSize(1);
        Completed completed = (Completed) second.request(id);
        assertThat(new VerifyFile(roots("lab-root.pem"), roots("lab-timestamp-root.pem"), now)
                        .verify(second.artifacts.file(completed.signed()))
                        .verdict())
                .isInstanceOf(Verdict.Trusted.class);
        assertThat(AuthenticodeSignature.parse(Bytes.of(Files.readAllBytes(second.artifacts.file(kept))))
                        .timestamps())
                .isEmpty();
    }

    @Test
    void aProcessThatDiesBeforeTheQueueKnowsGoesOnWithTheSignatureToo() throws Exception {
        Service dying = new Service();
        UUID id = dying.submit();
        Processing held = dying.claim();
        Attempts attempts = dying.attempts(new Unwritable(dying.requests));
        assertThatThrownBy(() -> attempts.make(held)).isInstanceOf(StoreUnavailable.class);
        assertThat(dying.request(id)).isEqualTo(held);

        tsa.behave(LabTsa.Mode.GOOD);
        Service next = new Service();
        next.attempts(next.requests).resolveInterrupted();
        next.requests.releaseAll(now);
        next.attempt();

        assertThat(next.request(id)).isInstanceOf(Completed.class);
        assertThat(next.results(id)).containsExactly(Result.UNSTAMPED, Result.SIGNED);
        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
    }

    @Test
    void aSignatureThatWaitedForTooLongIsGivenUpWithTheReason() throws Exception {
        Service service = new Service();
        UUID id = service.submit();
        Instant signed = now;
        service.attempt();
        int attempts = 1;
        while (service.request(id) instanceof Queued queued) {
            now = queued.notBefore();
            assertThat(now).isBeforeOrEqualTo(signed.plus(PATIENCE));
            service.attempt();
            attempts++;
        }

        assertThat(service.request(id))
                .isInstanceOfSatisfying(
                        Failed.class,
                        f -> assertThat(f.reason())
                                .contains("signed at " + signed, "could not be timestamped within PT24H", "503"));
        assertThat(attempts).isBetween(90, 100);
        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
    }

    @Test
    void aKeptSignatureThatWasChangedIsNotReleasedNorMadeAgain() throws Exception {
        Service service = new Service();
        UUID id = service.submit();
        service.attempt();
        Digest kept = ((Outcome) service.audit.of(id).get(1)).output().orElseThrow();
        byte[] octets = Files.readAllBytes(service.artifacts.file(kept));
        octets[octets.length - 1] ^= 1;
        Files.write(service.artifacts.file(kept), octets);
        tsa.behave(LabTsa.Mode.GOOD);
        now = now.plusSeconds(5);
        service.attempt();

        assertThat(service.request(id))
                .isInstanceOfSatisfying(
                        Failed.class, f -> assertThat(f.reason()).contains("is another now", "submit the file again"));
        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
    }

    @Test
    void finishingThatIsCutOffEachTimeIsGivenUp() throws Exception {
        Service service = new Service();
        UUID id = service.submit();
        service.attempt();
        now = now.plusSeconds(5);
        for (int i = 0; i < Attempts.MAXIMUM; i++) {
            service.claim();
            service.requests.releaseAll(now);
        }
        service.attempt();

        assertThat(service.request(id))
                .isInstanceOfSatisfying(
                        Failed.class, f -> assertThat(f.reason()).contains("cut off each time"));
        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
    }

    @Test
    void aSecondAuthorityIsWaitedForTooAndItsTokenStandsInTheRecord() throws Exception {
        tsa.behave(LabTsa.Mode.GOOD);
        configuration = wantingTwo();
        other = imprint -> {
            throw new TimestampUnavailable("the other is down");
        };
        Service service = new Service();
        UUID id = service.submit();
        service.attempt();
        assertThat(service.request(id))
                .isInstanceOfSatisfying(
                        Queued.class,
                        q -> assertThat(q.lastFailure().orElseThrow())
                                .contains("waiting for its timestamp", "the other is down"));

        other = lab;
        now = now.plusSeconds(5);
        service.attempt();
        assertThat(service.request(id))
                .isInstanceOfSatisfying(
                        Queued.class,
                        q -> assertThat(q.lastFailure().orElseThrow()).contains("the certificate of the first"));

        other = PastPki.timestamps(PastPki.timestamper(PastPki.root("Other Root"), "Other"), now);
        now = now.plusSeconds(30);
        service.attempt();
        Completed completed = (Completed) service.request(id);
        Path provenance = Files.writeString(folder.resolve("p.intoto.jsonl"), completed.provenance());
        assertThat(VerifyProvenance.verify(
                        service.artifacts.file(completed.signed()),
                        provenance,
                        roots("lab-evidence.pem").get(0)))
                .anyMatch(f -> f.check().equals("provenance.second-timestamp"))
                .allMatch(f -> f.outcome() == Finding.Outcome.PASSED);
        assertThat(codeSignatures()).isEqualTo(keyUses + 1);
    }

    /** The lab's, but that the policy wants a second timestamp. */
    private Configuration wantingTwo() {
        return wanting(List.of("other"), List.of(), Optional.empty());
    }
}
