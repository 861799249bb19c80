package io.countersign.windows;

import io.countersign.key.Digest;
import io.countersign.pe.VersionInfo;
import io.countersign.verify.Report;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Everything a verdict of Windows needs to know of a file, gathered before any rule is looked at. */
public sealed interface FileEvidence {
    /** No PE file, or one whose headers contradict themselves. */
    record NotAnImage(String reason) implements FileEvidence {}

    /**
     * A PE file.
     *
     * @param version what it says of itself; empty if that cannot be read
     * @param sha256 of all octets
     * @param imageDigests Authenticode's, SHA-1 and SHA-256
     * @param signatures the primary, nested ones, then catalogs that know the file
     * @param brokenTable why the certificate table that is there cannot be read; empty if it can, or there is none
     * @param otherCatalogs why a catalog that was given says nothing of this file, by name
     * @param driverStl whether file or signers are on Code Integrity's revocation list
     * @param driverBlocklist whether they are on the driver block list
     * @param report what verification says of the embedded signatures, against the user's and Microsoft's roots
     * @param anchors the roots that were given
     * @param at the time asked about
     */
    record Image(
            ImageFacts facts,
            Optional<VersionInfo> version,
            Digest sha256,
            List<Digest> imageDigests,
            List<SignatureEvidence> signatures,
            Optional<String> brokenTable,
            List<String> otherCatalogs,
            Listing driverStl,
            Listing driverBlocklist,
            Report report,
            TrustAnchors anchors,
            Instant at)
            implements FileEvidence {
        public Image {
            imageDigests = List.copyOf(imageDigests);
            signatures = List.copyOf(signatures);
            otherCatalogs = List.copyOf(otherCatalogs);
        }
    }
}
