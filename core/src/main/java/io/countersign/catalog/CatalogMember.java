package io.countersign.catalog;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One entry of a catalog: a file, by its digest.
 *
 * @param tag what Windows finds the member by: in version 1 the hexadecimal digits of the digest in UTF-16LE with a closing NUL,
 *     in version 2 the digest itself
 * @param content what was hashed and how; absent in the second, SHA-1 entry a version 2 catalog has of each file
 * @param info CAT_MEMBERINFO; version 2 has none
 * @param attributes in the order of the catalog
 */
public record CatalogMember(
        Bytes tag, Optional<Content> content, Optional<MemberInfo> info, List<CatalogAttribute> attributes) {
    private static final Pattern HEXADECIMAL = Pattern.compile("[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}");

    public CatalogMember {
        attributes = List.copyOf(attributes);
    }

    /** Which digest of a file a catalog holds. */
    public enum Kind {
        /** The Authenticode image digest of a PE file: it stays when the file is signed. */
        PE_IMAGE,
        /** The digest of all octets, or of a cabinet without its signature. */
        FILE,
        /** Something else. */
        OTHER
    }

    /** The SpcIndirectDataContent of a member. */
    public record Content(Kind kind, Digest digest) {}

    /**
     * CAT_MEMBERINFO.
     *
     * @param subject the GUID of the subject interface package that hashes the file, in braces
     * @param version of the certificate structure, as a rule 0x200
     */
    public record MemberInfo(String subject, long version) {}

    /** The digest the tag stands for, if it looks like one. */
    public Optional<Digest> tagDigest() {
        String text = text();
        Bytes octets = HEXADECIMAL.matcher(text).matches() ? Bytes.ofHex(text.toLowerCase(Locale.ROOT)) : tag;
        return Arrays.stream(new DigestAlgorithm[] {DigestAlgorithm.SHA1, DigestAlgorithm.SHA256})
                .filter(a -> a.size() == octets.size())
                .findFirst()
                .map(a -> new Digest(a, octets));
    }

    /** The tag for people: its text where it is text, else hexadecimal. */
    public String tagText() {
        String text = text();
        return HEXADECIMAL.matcher(text).matches() ? text : tag.hex();
    }

    /** The value of an attribute, without regard to case. */
    public Optional<String> attribute(String name) {
        return attributes.stream()
                .filter(a -> a.name().equalsIgnoreCase(name))
                .map(CatalogAttribute::text)
                .findFirst();
    }

    /** The name of the file, as the catalog's maker gave it. */
    public Optional<String> file() {
        return attribute("File");
    }

    private String text() {
        String text = new String(tag.toByteArray(), StandardCharsets.UTF_16LE);
        return text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
    }
}
