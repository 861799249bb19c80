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

    /** Revocation lists are renewed by whoever comes by, before half their life is gone. */
    CaAccess refresh(Shell shell) throws IOException, KeyUnavailable {
        for (Authority authority : ca.refresh()) {
            shell.progress("new revocation list of " + authority.name());
        }
        return this;
    }

    /** The same before something else, which does not fail because of it. */
    static void refreshOrSay(Shell shell) throws Failure, ConfigurationException, IOException {
        CaAccess access = of(shell);
        try {
            access.refresh(shell);
        } catch (KeyUnavailable e) {
            shell.progress("revocation lists are not renewed: " + e.getMessage());
        }
    }
}
