package io.countersign.cms;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Four octets in a signature that Windows takes for an archive hidden in it. Since security bulletin MS12-024, imagehlp.dll
 * looks for such markers in the certificate table and WinVerifyTrust then answers TRUST_E_MALFORMED_SIGNATURE (0x80096011),
 * also where they stand by chance, which page hashes make likelier. signtool's /rmc excuses them.
 *
 * <p>Microsoft does not publish the list. These two are the ones told by Elastic Security Labs, "Investigating a Mysteriously
 * Malformed Authenticode Signature"; the list is longer, and a machine may add to it (registry value PECertInvalidMarkers). So
 * finding one is worth acting on, and finding none proves nothing.
 *
 * @param marker what was found
 * @param inImageData whether it stands in the SpcIndirectDataContent only, which is what the attribute's one flag,
 *     SPC_MARKER_CHECK_SKIP_SIP_INDIRECT_DATA_FLAG (Windows SDK, mssip.h), says it excuses
 */
public record InvalidMarker(String marker, boolean inImageData) {
    private static final List<String> KNOWN = List.of("EGGA", "Rar!");

    static Optional<InvalidMarker> find(ByteBuffer signature, ByteBuffer imageData) {
        for (String marker : KNOWN) {
            int word =
                    ByteBuffer.wrap(marker.getBytes(StandardCharsets.US_ASCII)).getInt();
            int count = count(signature, word);
            if (count > 0) {
                return Optional.of(new InvalidMarker(marker, count == count(imageData, word)));
            }
        }
        return Optional.empty();
    }

    /** Without a copy: signatures with page hashes have megabytes. */
    private static int count(ByteBuffer octets, int marker) {
        int count = 0;
        int word = 0;
        for (int i = octets.position(); i < octets.limit(); i++) {
            word = word << 8 | Byte.toUnsignedInt(octets.get(i));
            if (word == marker) {
                count++;
            }
        }
        return count;
    }
}
