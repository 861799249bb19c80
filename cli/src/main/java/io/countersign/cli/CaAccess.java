package io.countersign.cli;

import io.countersign.ca.Authority;
import io.countersign.ca.LabCa;
import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.hsm.Hsm;
import io.countersign.key.KeyUnavailable;
import java.io.IOException;
import java.time.InstantSource;

/** The CA of the home, as the verbs open it. */
record CaAccess(Configuration configuration, Hsm hsm, LabCa ca) {
    static CaAccess of(Shell shell) throws Failure, ConfigurationException, IOException {
        Configuration configuration = shell.configuration();
        Hsm hsm = Hsm.open(shell.home(), configuration);
        return new CaAccess(configuration, hsm, LabCa.of(shell.home(), configuration, hsm, InstantSource.system()));
    }

    /** Signs the revocation lists anew that are due. */
    void refresh(Shell shell) throws IOException, KeyUnavailable {
        for (Authority authority : ca.refresh()) {
            shell.progress("new revocation list of " + authority.name());
        }
    }

    /** Whoever comes by renews what is due; that this cannot be done now is no reason to do nothing else. */
    CaAccess refreshOrSay(Shell shell) {
        try {
            refresh(shell);
        } catch (KeyUnavailable | IOException e) {
            say(shell, e);
        }
        return this;
    }

    /** The same where a CA may not even be there. */
    static void refreshIfAny(Shell shell) {
        try {
            of(shell).refreshOrSay(shell);
        } catch (Failure | ConfigurationException | IOException e) {
            say(shell, e);
        }
    }

    private static void say(Shell shell, Exception e) {
        shell.progress(
                "revocation lists are not renewed: " + ErrorReport.describe(e).getMessage());
    }
}
