package io.countersign.windows.checker;

import io.countersign.windows.FileEvidence;
import java.util.List;

/** A tool of Windows that tells whether a file's signature is good. Immutable; safe for several threads. */
public sealed interface Checker permits SigntoolVerify, Sigcheck, Sigverif {
    /** Stable and short, whatever the options: {@code kp}. */
    String id();

    /** How it is called, without the file: {@code signtool verify /v /pa}. */
    String command();

    /** Its rules in the order they are looked at. */
    List<CheckerRule> rules();

    /**
     * What it would say. Pure: the same evidence gives the same report.
     *
     * @param file the name it was called with, for its output
     */
    default CheckerReport judge(String file, FileEvidence evidence) {
        return evidence instanceof FileEvidence.Image image
                ? judge(file, image)
                : CheckerReport.notApplicable(((FileEvidence.NotAnImage) evidence).reason());
    }

    /** What it would say of a PE file. */
    CheckerReport judge(String file, FileEvidence.Image image);

    /** Those there are, as they are called without further options. */
    static List<Checker> all(TrustSettings settings) {
        return List.of(
                SigntoolVerify.of(SigntoolPolicy.DRIVER).with(settings),
                SigntoolVerify.of(SigntoolPolicy.PA).with(settings),
                SigntoolVerify.of(SigntoolPolicy.KP).with(settings),
                new Sigcheck(Sigcheck.Reading.CURRENT, settings),
                new Sigcheck(Sigcheck.Reading.OLD, settings),
                new Sigverif(settings));
    }
}
