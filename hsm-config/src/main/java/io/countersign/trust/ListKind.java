package io.countersign.trust;

import io.countersign.windows.MicrosoftList;
import java.util.Locale;
import java.util.Optional;

/** The lists a home keeps, at most one of each. */
public enum ListKind {
    ROOT_PROGRAM("Microsoft's authroot.stl: the roots of its program, by thumbprint", MicrosoftList.Kind.ROOT_PROGRAM),
    DISALLOWED("Microsoft's disallowedcert.stl", MicrosoftList.Kind.DISALLOWED),
    DRIVER_REVOCATION("Driver.STL of Code Integrity", MicrosoftList.Kind.DRIVER_REVOCATION),
    /** An App Control policy in XML, or ours in YAML. */
    DRIVER_BLOCK_LIST("the vulnerable driver block list, in XML or YAML", null);

    private final String title;
    private final MicrosoftList.Kind signed;

    ListKind(String title, MicrosoftList.Kind signed) {
        this.title = title;
        this.signed = signed;
    }

    static ListKind of(MicrosoftList list) {
        for (ListKind kind : values()) {
            if (kind.signed == list.kind()) {
                return kind;
            }
        }
        throw new IllegalStateException(list.kind() + " is kept as no kind");
    }

    /** As files and options are named: {@code driver-block-list}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The kind of this label. */
    public static Optional<ListKind> named(String label) {
        for (ListKind kind : values()) {
            if (kind.label().equals(label)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** For help. */
    public String title() {
        return title;
    }
}
