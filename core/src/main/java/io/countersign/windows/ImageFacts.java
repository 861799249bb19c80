package io.countersign.windows;

import io.countersign.pe.PeImage;
import io.countersign.pe.Section;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the headers of a PE file mean to the loader.
 *
 * @param machine IMAGE_FILE_HEADER.Machine
 * @param sectionAlignment in bytes; memory integrity wants whole pages
 * @param writableAndExecutable names of sections that are both, in order
 * @param storedCheckSum the CheckSum field
 * @param rightCheckSum what it should hold
 * @param forceIntegrity whether IMAGE_DLLCHARACTERISTICS_FORCE_INTEGRITY is set
 * @param pageHashes whether an embedded signature has page hashes
 * @param hidden whether octets that are not zero stand behind the primary signature, in its entry of the certificate table
 */
public record ImageFacts(
        int machine,
        long sectionAlignment,
        List<String> writableAndExecutable,
        long storedCheckSum,
        long rightCheckSum,
        boolean forceIntegrity,
        boolean pageHashes,
        boolean hidden) {
    private static final int PAGE = 0x1000;
    private static final int EXECUTE = 0x2000_0000;
    private static final int WRITE = 0x8000_0000;
    private static final int FORCE_INTEGRITY = 0x0080;

    public ImageFacts {
        writableAndExecutable = List.copyOf(writableAndExecutable);
    }

    static ImageFacts of(PeImage image, long rightCheckSum, boolean pageHashes, boolean hidden) {
        return new ImageFacts(
                image.machine(),
                image.sectionAlignment(),
                image.sections().stream()
                        .filter(s -> (s.characteristics() & EXECUTE) != 0 && (s.characteristics() & WRITE) != 0)
                        .map(Section::name)
                        .toList(),
                image.storedChecksum(),
                rightCheckSum,
                (image.dllCharacteristics() & FORCE_INTEGRITY) != 0,
                pageHashes,
                hidden);
    }

    /** What memory integrity does not take, if anything. */
    public Optional<String> unfitForMemoryIntegrity() {
        if (sectionAlignment == 0 || sectionAlignment % PAGE != 0) {
            return Optional.of(String.format(
                    Locale.ROOT, "sections are aligned to 0x%x, wanted a multiple of 0x1000", sectionAlignment));
        }
        return writableAndExecutable.isEmpty()
                ? Optional.empty()
                : Optional.of("section " + String.join(", ", writableAndExecutable) + " is writable and executable");
    }
}
