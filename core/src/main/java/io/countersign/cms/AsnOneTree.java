package io.countersign.cms;

import io.countersign.cms.AsnOneGrammar.Field;
import io.countersign.cms.AsnOneGrammar.Kind;
import io.countersign.cms.AsnOneGrammar.Structure;
import io.countersign.key.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The ASN.1 of a signature, element by element, with the names that RFC 5652, RFC 3161, RFC 5280 and Authenticode give them. For
 * people: it shows what is there, however broken, and judges nothing. Reads the encoding itself (X.690), since Bouncy Castle's
 * parser and its ASN1Dump tell neither where an element stands nor what it is called.
 *
 * @param nodes in the order they stand
 * @param whole false if there were more elements than are shown
 */
public record AsnOneTree(List<AsnOneNode> nodes, boolean whole) {
    /** Some megabytes of text; honest signatures have a thousand, large catalogs more. */
    private static final int MAXIMUM_NODES = 1 << 16;

    private static final int MAXIMUM_DEPTH = 64;
    private static final int CONSTRUCTED = 0x20;
    private static final int INDEFINITE = -1;

    private static final List<String> TAGS = List.of(
            "END OF CONTENTS",
            "BOOLEAN",
            "INTEGER",
            "BIT STRING",
            "OCTET STRING",
            "NULL",
            "OBJECT IDENTIFIER",
            "ObjectDescriptor",
            "EXTERNAL",
            "REAL",
            "ENUMERATED",
            "EMBEDDED PDV",
            "UTF8String",
            "RELATIVE-OID",
            "TIME",
            "[UNIVERSAL 15]",
            "SEQUENCE",
            "SET",
            "NumericString",
            "PrintableString",
            "T61String",
            "VideotexString",
            "IA5String",
            "UTCTime",
            "GeneralizedTime",
            "GraphicString",
            "VisibleString",
            "GeneralString",
            "UniversalString",
            "CHARACTER STRING",
            "BMPString");

    public AsnOneTree {
        nodes = List.copyOf(nodes);
    }

    /**
     * Takes a signature apart.
     *
     * @param encoded a ContentInfo, in DER or BER
     */
    public static AsnOneTree of(Bytes encoded) {
        Walk walk = new Walk(encoded.asBuffer());
        walk.all(new Scope(0, encoded.size(), 0, false, new Field("", -1, false, "ContentInfo")));
        return new AsnOneTree(walk.nodes, walk.whole);
    }

    /**
     * Where elements stand that belong together.
     *
     * @param element what each of them is
     */
    private record Scope(int from, int end, int depth, boolean embedded, Field element) {}

    /** An identifier and a length. */
    private record Head(int tagClass, boolean constructed, int number, int octets, int length) {}

    /** Signals that the octets are no ASN.1; never leaves this class. */
    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1;

        Broken(String reason) {
            super(reason);
        }
    }

    private static final class Walk {
        private final ByteBuffer octets;
        private final List<AsnOneNode> nodes = new ArrayList<>();
        private boolean whole = true;
        private String identifier = "";

        Walk(ByteBuffer octets) {
            this.octets = octets;
        }

        /** Elements one behind the other, each of the same type. */
        void all(Scope scope) {
            int at = scope.from();
            while (at < scope.end() && whole) {
                at = element(at, scope, scope.element());
            }
        }

        /** Shows one element and all in it; answers where the next is, the scope's end if that cannot be told. */
        private int element(int at, Scope scope, Field field) {
            if (nodes.size() == MAXIMUM_NODES) {
                whole = false;
                return scope.end();
            }
            Head head;
            try {
                head = head(at, scope.end());
            } catch (Broken e) {
                nodes.add(new AsnOneNode(
                        scope.depth(),
                        at,
                        0,
                        scope.end() - at,
                        false,
                        scope.embedded(),
                        "?",
                        "",
                        "",
                        "no ASN.1: " + e.getMessage()));
                return scope.end();
            }
            String name = field.name();
            Field real = field;
            Structure type = field.type();
            while (!real.explicit() && (type.kind() == Kind.CHOICE || type.kind() == Kind.OPEN)) {
                Field chosen = choose(type, head);
                name = type.kind() == Kind.CHOICE && !chosen.name().isEmpty()
                        ? (name.isEmpty() ? "" : name + ", ") + chosen.name()
                        : name;
                real = chosen;
                type = chosen.type();
            }
            boolean tagged = real.context() >= 0;
            if (!tagged && !type.fits(head.tagClass(), head.number())) {
                type = AsnOneGrammar.ANY;
            }
            boolean wrapper = tagged && real.explicit();
            int start = at + head.octets();
            int end = head.length() == INDEFINITE ? scope.end() : start + head.length();
            boolean holder = !head.constructed() && !wrapper && type.kind() == Kind.OCTETS && isOneElement(start, end);
            String value = head.constructed() || holder ? "" : value(head, wrapper ? AsnOneGrammar.ANY : type, start);
            nodes.add(new AsnOneNode(
                    scope.depth(),
                    at,
                    head.octets(),
                    head.length(),
                    head.constructed(),
                    scope.embedded(),
                    tag(head),
                    name,
                    wrapper || type.kind() == Kind.PRIMITIVE ? "" : type.name(),
                    value));
            if (head.constructed()) {
                return inside(start, end, head, scope, wrapper ? wrapped(real) : type);
            }
            if (holder) {
                descend(new Scope(
                        start, end, scope.depth() + 1, true, type.fields().get(0)));
            }
            return end;
        }

        private static Structure wrapped(Field explicit) {
            return new Structure("", Kind.REPEATED, 0, List.of(new Field("", -1, false, explicit.typeName())));
        }

        /** What stands in a constructed element; answers where it ends. */
        private int inside(int start, int end, Head head, Scope scope, Structure type) {
            if (scope.depth() == MAXIMUM_DEPTH) {
                nodes.add(new AsnOneNode(
                        scope.depth() + 1,
                        start,
                        0,
                        end - start,
                        false,
                        scope.embedded(),
                        "?",
                        "",
                        "",
                        "deeper than " + MAXIMUM_DEPTH + " levels, not taken apart"));
                return end;
            }
            // An open type further in is told by the last object identifier of its own surroundings.
            String outside = identifier;
            Scope inner = new Scope(start, end, scope.depth() + 1, scope.embedded(), new Field("", -1, false, "ANY"));
            int at = start;
            int next = 0;
            while (at < end && whole) {
                Field field = inner.element();
                if (type.kind() == Kind.REPEATED) {
                    field = type.fields().get(0);
                } else if (type.kind() == Kind.FIELDS) {
                    int found = find(type.fields(), next, at, end);
                    field = found < 0 ? field : type.fields().get(found);
                    next = found < 0 ? next : found + 1;
                }
                boolean last = head.length() == INDEFINITE && isEndOfContents(at, end);
                at = element(at, inner, last ? inner.element() : field);
                if (last) {
                    break;
                }
            }
            identifier = outside;
            return at;
        }

        private void descend(Scope scope) {
            String outside = identifier;
            all(scope);
            identifier = outside;
        }

        private int find(List<Field> fields, int from, int at, int end) {
            try {
                Head head = head(at, end);
                for (int i = from; i < fields.size(); i++) {
                    if (fields.get(i).fits(head.tagClass(), head.number())) {
                        return i;
                    }
                }
            } catch (Broken e) {
                return -1; // is shown as broken when it is its turn
            }
            return -1;
        }

        private Field choose(Structure type, Head head) {
            return type.fields().stream()
                    .filter(f -> type.kind() == Kind.CHOICE
                            ? f.fits(head.tagClass(), head.number())
                            : f.name().equals(identifier))
                    .findFirst()
                    .orElse(new Field("", -1, false, "ANY"));
        }

        private boolean isEndOfContents(int at, int end) {
            return end - at >= 2 && octets.get(at) == 0 && octets.get(at + 1) == 0;
        }

        private boolean isOneElement(int start, int end) {
            try {
                Head head = head(start, end);
                return head.length() != INDEFINITE && start + head.octets() + head.length() == end;
            } catch (Broken e) {
                return false; // octets after all
            }
        }

        private Head head(int at, int end) throws Broken {
            int next = at;
            int first = octet(next++, end);
            int number = first & 0x1F;
            if (number == 0x1F) {
                number = 0;
                int more;
                do {
                    more = octet(next++, end);
                    if (number > 0xFFFF) {
                        throw new Broken("a tag number of more than 24 bits");
                    }
                    number = (number << 7) | (more & 0x7F);
                } while (more > 0x7F);
            }
            boolean constructed = (first & CONSTRUCTED) != 0;
            int length = octet(next++, end);
            if (length == 0x80) {
                if (!constructed) {
                    throw new Broken("a primitive of indefinite length");
                }
                return new Head(first >> 6, true, number, next - at, INDEFINITE);
            }
            if (length > 0x80) {
                int count = length & 0x7F;
                long sum = 0;
                for (int i = 0; i < count; i++) {
                    sum = Math.min((sum << 8) | octet(next++, end), Integer.MAX_VALUE);
                }
                length = (int) sum;
            }
            if (length > end - next) {
                throw new Broken("an element of " + length + " octets where " + (end - next) + " are left");
            }
            return new Head(first >> 6, constructed, number, next - at, length);
        }

        private int octet(int at, int end) throws Broken {
            if (at >= end) {
                throw new Broken("it ends inside an identifier or length");
            }
            return Byte.toUnsignedInt(octets.get(at));
        }

        private static String tag(Head head) {
            return switch (head.tagClass()) {
                case 0 -> head.number() < TAGS.size() ? TAGS.get(head.number()) : "[UNIVERSAL " + head.number() + "]";
                case 1 -> "[APPLICATION " + head.number() + "]";
                case 2 -> "[" + head.number() + "]";
                default -> String.format(Locale.ROOT, "[PRIVATE %d]", head.number());
            };
        }

        private String value(Head head, Structure type, int start) {
            ByteBuffer content = octets.slice(start, head.length());
            int universal = type.kind() == Kind.PRIMITIVE || type.kind() == Kind.OCTETS
                    ? type.tag()
                    : head.tagClass() == 0 ? head.number() : -1;
            if (universal == 6) {
                String dotted = AsnOneValue.identifier(content);
                identifier = AsnOneGrammar.identifier(dotted).orElse(dotted);
                return identifier.equals(dotted) ? dotted : identifier + " (" + dotted + ")";
            }
            return switch (type.name()) {
                case "PAGE_HASHES_V1" -> AsnOneValue.pageHashes(content, 20, "SHA-1");
                case "PAGE_HASHES_V2" -> AsnOneValue.pageHashes(content, 32, "SHA-256");
                default -> AsnOneValue.text(universal, content);
            };
        }
    }
}
