package io.countersign.windows;

import java.util.Optional;

/**
 * The lists there are to look at. One that is empty was not supplied, which answers say where it matters.
 *
 * @param driverStl Driver.STL, the revocation list of Code Integrity that cannot be turned off
 * @param driverBlocklist Microsoft's vulnerable driver block list
 * @param disallowed the disallowed certificates, which the checkers in user mode look at
 */
public record DenyLists(
        Optional<DenyList> driverStl, Optional<DenyList> driverBlocklist, Optional<DenyList> disallowed) {
    public static DenyLists none() {
        return new DenyLists(Optional.empty(), Optional.empty(), Optional.empty());
    }
}
