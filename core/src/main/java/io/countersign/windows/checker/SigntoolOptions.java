package io.countersign.windows.checker;

import java.util.Optional;

/**
 * The options of {@code signtool verify} beside its policy (win32: SecCrypto/signtool.md).
 *
 * @param allMethods {@code /a}: catalogs first, then what is embedded
 * @param allSignatures {@code /all}: every embedded signature, not only the first
 * @param pageHashes {@code /ph}: page hashes are verified, and a warning says if there are none
 * @param timestampWarning {@code /tw}: a warning says if there is no timestamp
 * @param catalog {@code /c}: this catalog and nothing else, by the name it has in the evidence
 */
public record SigntoolOptions(
        boolean allMethods,
        boolean allSignatures,
        boolean pageHashes,
        boolean timestampWarning,
        Optional<String> catalog) {
    /** None of them. */
    public static SigntoolOptions none() {
        return new SigntoolOptions(false, false, false, false, Optional.empty());
    }

    /** As they are typed, each with a space before it. */
    @Override
    public String toString() {
        return (allMethods ? " /a" : "")
                + (allSignatures ? " /all" : "")
                + (pageHashes ? " /ph" : "")
                + (timestampWarning ? " /tw" : "")
                + catalog.map(c -> " /c " + c).orElse("");
    }
}
