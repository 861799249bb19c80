package io.countersign.tsa;

import io.countersign.timestamp.Refusal;
import io.countersign.timestamp.TimestampAnswer;
import io.countersign.timestamp.TimestampAnswer.Issued;
import io.countersign.timestamp.TimestampAnswer.Rejected;
import io.countersign.timestamp.TimestampAuthority;
import io.countersign.tsa.archive.ArchiveUnavailable;
import io.countersign.tsa.archive.ArchivedToken;
import io.countersign.tsa.archive.TokenArchive;
import io.countersign.tsa.journal.IssueJournal;
import java.io.IOException;
import org.jboss.logging.Logger;

/**
 * From a query to the answer that may be given: the authority issues, the archive keeps, the journal has its line. A token that
 * is not kept or not written down is not given. Safe for several threads.
 */
final class Desk {
    private static final Logger LOG = Logger.getLogger(Desk.class);

    private final TimestampAuthority authority;
    private final TokenArchive archive;
    private final IssueJournal journal;
    private final MachineClock clock;
    private final Measures measures;

    Desk(
            TimestampAuthority authority,
            TokenArchive archive,
            IssueJournal journal,
            MachineClock clock,
            Measures measures) {
        this.authority = authority;
        this.archive = archive;
        this.journal = journal;
        this.clock = clock;
        this.measures = measures;
    }

    /**
     * Answers, whatever the query holds.
     *
     * @param remote who asked, an address
     */
    TimestampAnswer answer(byte[] query, String remote) {
        long asked = clock.nanos().getAsLong();
        TimestampAnswer decided = authority.answer(query);
        measures.decided(decided);
        TimestampAnswer answer = journalled(archived(decided), remote);
        if (answer instanceof Rejected rejected) {
            // The client's own mistakes stand in the journal; ours are an operator's business.
            rejected.cause().ifPresent(cause -> LOG.errorf(cause, "refused with %s", rejected.refusal()));
        }
        measures.answered(answer, clock.nanos().getAsLong() - asked);
        return answer;
    }

    private TimestampAnswer archived(TimestampAnswer answer) {
        if (!(answer instanceof Issued issued)) {
            return answer;
        }
        try {
            archive.keep(new ArchivedToken(
                    issued.serialNumber(), issued.imprint(), issued.genTime(), issued.policy(), issued.token()));
            return issued;
        } catch (ArchiveUnavailable e) {
            return Rejected.of(Refusal.SYSTEM_FAILURE, "the authority cannot keep what it issues; its log says why", e);
        }
    }

    private TimestampAnswer journalled(TimestampAnswer answer, String remote) {
        try {
            journal.append(clock.wall().instant(), remote, answer);
            return answer;
        } catch (IOException e) {
            return Rejected.of(Refusal.SYSTEM_FAILURE, "the authority cannot write its journal; its log says why", e);
        }
    }
}
