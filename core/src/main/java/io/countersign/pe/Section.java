package io.countersign.pe;

/**
 * One entry of the section table, PE format specification "Section Table".
 *
 * @param rawData SizeOfRawData bytes at PointerToRawData; empty for uninitialised data
 */
public record Section(String name, long virtualAddress, long virtualSize, ByteRange rawData, int characteristics) {}
