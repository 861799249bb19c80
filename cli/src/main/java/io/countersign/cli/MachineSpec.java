package io.countersign.cli;

import io.countersign.windows.Machine;
import io.countersign.windows.UnfitMachine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A machine as people describe it: {@code windows-11-24h2,secureboot=on}. */
final class MachineSpec implements ITypeConverter<Machine> {
    @Override
    public Machine convert(String value) {
        try {
            return Machine.parse(value);
        } catch (UnfitMachine e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
