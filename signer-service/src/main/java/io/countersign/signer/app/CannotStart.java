package io.countersign.signer.app;

import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.Quarkus;
import org.jboss.logging.Logger;

/** Ends start-up with a message that says why and what to do, in place of a stack trace. */
final class CannotStart {
    private static final Logger LOG = Logger.getLogger(CannotStart.class);
    private static final int SOMETHING_OUTSIDE = 3;

    private CannotStart() {}

    /** To be thrown; the process then ends with exit code 3. */
    static PreventFurtherStepsException because(String message) {
        LOG.error("the service does not start: " + message);
        // The exception alone ends start-up, but Quarkus then waits for a shutdown that nobody asks for.
        Quarkus.asyncExit(SOMETHING_OUTSIDE);
        return new PreventFurtherStepsException(message, SOMETHING_OUTSIDE);
    }
}
