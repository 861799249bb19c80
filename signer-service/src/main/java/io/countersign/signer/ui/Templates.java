package io.countersign.signer.ui;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;

/** The pages in {@code templates/}; Qute escapes what is put into them, and the build checks the names. */
@CheckedTemplate(basePath = "ui", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
final class Templates {
    private Templates() {}

    /** @param issuers the names of those that people sign in through */
    static native TemplateInstance signIn(Site site, List<Notice> notices, List<String> issuers);

    /**
     * What waits.
     *
     * @param mark shows that a form is this session's
     * @param waiting for the reader
     * @param own those the reader has approved, which wait for others
     * @param more how many of either are not shown
     */
    static native TemplateInstance approvals(
            Site site,
            List<Notice> notices,
            String name,
            String mark,
            List<WaitingView> waiting,
            List<WaitingView> own,
            int more);

    /** Nothing but what is to be said. */
    static native TemplateInstance notice(Site site, List<Notice> notices);
}
