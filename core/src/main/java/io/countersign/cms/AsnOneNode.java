package io.countersign.cms;

/**
 * One ASN.1 element of a signature.
 *
 * @param depth how many elements it is inside of
 * @param offset of its identifier octet, in octets from the start of the signature
 * @param header how many octets identifier and length take
 * @param length of its content, in octets; -1 if it is of indefinite length (BER)
 * @param constructed whether its content is elements
 * @param embedded whether it stands in what its surroundings call a string of octets
 * @param tag {@code SEQUENCE}, {@code [0]}
 * @param name of the field it fills, as its standard calls it; empty if there is none
 * @param type as the same calls it; empty if it is not known
 * @param value for people, shortened, control characters replaced; empty if it is made of elements
 */
public record AsnOneNode(
        int depth,
        int offset,
        int header,
        int length,
        boolean constructed,
        boolean embedded,
        String tag,
        String name,
        String type,
        String value) {}
