package io.countersign.cli.lab;

import io.countersign.lab.LabDriver.Spot;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;

/** A file that a step makes. */
public sealed interface Making {
    /** What it is, for a reader. */
    String words();

    /** Who signs a driver. */
    enum Signer {
        /** The hardware portal, by attestation. */
        ATTESTED("attested by the portal"),
        /** The hardware portal, after its tests. */
        WHQL("certified by the portal (WHQL)"),
        /** Its publisher, with a certificate of a commercial authority. */
        EV("signed by its publisher alone (EV)"),
        /** The same, with the cross-certificate of old beside it. */
        CROSS_SIGNED("signed by its publisher, cross-certified");

        private final String words;

        Signer(String words) {
            this.words = words;
        }

        /** As in lab.yaml. */
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Whose timestamp it is. */
    enum Authority {
        INDEPENDENT("an independent authority"),
        MICROSOFT("an authority below the portal's root");

        private final String words;

        Authority(String words) {
            this.words = words;
        }
    }

    /** A timestamp of then. */
    record Timestamp(Authority by, Instant at) {}

    /**
     * The sample driver, signed.
     *
     * @param issued when the signer's certificate begins
     * @param expires when it ends
     * @param lifetime whether that certificate says that its signatures end with it
     * @param timestamp empty for none
     * @param catalog the name of a catalog that holds the driver and is signed like it; empty for none
     */
    record SignedDriver(
            String file,
            Signer signer,
            Instant issued,
            Instant expires,
            boolean lifetime,
            Optional<Timestamp> timestamp,
            Optional<String> catalog)
            implements Making {
        @Override
        public String words() {
            return file + ": " + signer.words + ", certificate " + date(issued) + " to " + date(expires)
                    + (lifetime ? " with the lifetime-signing usage" : "")
                    + timestamp
                            .map(t -> ", timestamp of " + date(t.at()) + " by " + t.by().words)
                            .orElse(", no timestamp")
                    + catalog.map(c -> "; and " + c + ", a catalog that lists it, signed the same way")
                            .orElse("");
        }

        private static LocalDate date(Instant time) {
            return time.atZone(ZoneOffset.UTC).toLocalDate();
        }
    }

    /**
     * A copy of a driver made before, changed.
     *
     * @param rightChecksum whether its CheckSum is set right afterwards
     */
    record ChangedDriver(String file, String of, Spot spot, boolean rightChecksum) implements Making {
        @Override
        public String words() {
            String what = switch (spot) {
                case CODE -> "one bit of its code turned";
                case CHECKSUM -> "one bit of its CheckSum field turned";
                case PADDING -> "eight octets (\"STOWAWAY\") more behind its signature, in the certificate table";
            };
            return file + ": " + of + " with " + what + (rightChecksum ? ", CheckSum set right again" : "");
        }
    }
}
