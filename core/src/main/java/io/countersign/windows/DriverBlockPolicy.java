package io.countersign.windows;

import io.countersign.key.Bytes;
import io.countersign.key.Digest;
import io.countersign.key.DigestAlgorithm;
import io.countersign.pe.VersionInfo.FileVersion;
import io.countersign.windows.DenyList.DeniedFile;
import io.countersign.windows.DenyList.DeniedName;
import io.countersign.windows.DenyList.DeniedSigner;
import io.countersign.windows.DenyList.Entry;
import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An App Control for Business policy in XML (urn:schemas-microsoft-com:sipolicy) read as a list of denied drivers, such as
 * Microsoft's recommended driver block rules. What counts is what signing scenario 131, kernel mode, denies: Deny rules it
 * refers to, and DeniedSigners. The policy's other halves say nothing of drivers. Sources: windows-itpro-docs,
 * app-control-for-business/design/microsoft-recommended-driver-block-rules.md and select-types-of-rules-to-create.md.
 *
 * <p>The text is hostile: a document type, and so every entity, is refused; size, depth and number of elements are bounded.
 */
public final class DriverBlockPolicy {
    /** Microsoft's list has half a megabyte. */
    public static final int MAXIMUM_SIZE = 1 << 24;

    private static final int MAXIMUM_DEPTH = 32;
    private static final int MAXIMUM_ELEMENTS = 200_000;
    private static final String NAMESPACE = "urn:schemas-microsoft-com:sipolicy";
    private static final String KERNEL_MODE = "131";

    private final Map<String, Entry> rules = new HashMap<>();
    private final Map<String, FileCondition> conditions = new HashMap<>();
    private final Map<String, Signer> signers = new HashMap<>();
    private final Set<Reference> deniedRules = new LinkedHashSet<>();
    private final Set<Reference> deniedSigners = new LinkedHashSet<>();
    private Signer signer;
    private boolean kernelScenario;
    /** Inside what the kernel-mode scenario says of signers that count without test signing. */
    private boolean kernelMode;

    /** What another element refers to by its ID, and where it does. */
    private record Reference(String id, int line) {}

    private static final class Signer {
        private final String label;
        private Optional<Digest> tbs = Optional.empty();
        private Optional<String> publisher = Optional.empty();
        private final List<Reference> attributes = new ArrayList<>();
        private final List<String> unread = new ArrayList<>();

        Signer(String label) {
            this.label = label;
        }
    }

    private DriverBlockPolicy() {}

    /**
     * Reads a policy.
     *
     * @param xml of any encoding XML declares
     * @throws MalformedList if it is no such policy, or denies no driver
     */
    public static DenyList parse(Bytes xml) throws MalformedList {
        if (xml.size() > MAXIMUM_SIZE) {
            throw new MalformedList("the policy has " + xml.size() + " bytes; at most " + MAXIMUM_SIZE + " are read");
        }
        DriverBlockPolicy policy = new DriverBlockPolicy();
        try {
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
            policy.read(factory.createXMLStreamReader(new ByteArrayInputStream(xml.toByteArray())));
        } catch (XMLStreamException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNumber();
            throw new MalformedList("line " + line + ": not XML: " + printable(e.getMessage()), e);
        }
        List<Entry> entries = policy.entries();
        if (entries.isEmpty()) {
            throw new MalformedList(
                    "the policy denies no driver: its signing scenario 131 (kernel mode) refers to no Deny"
                            + " rule and no denied signer");
        }
        return new DenyList("the driver block list", entries);
    }

    private void read(XMLStreamReader in) throws XMLStreamException, MalformedList {
        Deque<String> open = new ArrayDeque<>();
        int count = 0;
        while (in.hasNext()) {
            int event = in.next();
            if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
                throw at(in, "a document type or an entity, which no policy needs; take it out");
            }
            if (event == XMLStreamConstants.START_ELEMENT) {
                if (++count > MAXIMUM_ELEMENTS || open.size() == MAXIMUM_DEPTH) {
                    throw at(
                            in,
                            "more than " + MAXIMUM_ELEMENTS + " elements, or " + MAXIMUM_DEPTH + " inside each other");
                }
                if (open.isEmpty()
                        && !(in.getLocalName().equals("SiPolicy") && NAMESPACE.equals(in.getNamespaceURI()))) {
                    throw at(
                            in,
                            "the root is '" + printable(in.getLocalName()) + "', wanted SiPolicy of " + NAMESPACE
                                    + ", an App Control policy");
                }
                start(in, open.isEmpty() ? "" : open.peek());
                open.push(in.getLocalName());
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                end(open.pop());
            }
        }
    }

    private void start(XMLStreamReader in, String parent) throws MalformedList {
        switch (in.getLocalName()) {
            case "Deny" -> rules.put(required(in, "ID"), rule(in));
            case "FileAttrib" -> conditions.put(required(in, "ID"), condition(in, false));
            case "Signer" -> {
                if (signer != null) {
                    throw at(in, "a Signer inside another");
                }
                signer = new Signer(label(in, "Name"));
                signers.put(required(in, "ID"), signer);
            }
            case "SigningScenario" -> kernelScenario = required(in, "Value").equals(KERNEL_MODE);
            case "ProductSigners" -> kernelMode = kernelScenario;
            case "FileRuleRef" -> {
                if (kernelMode) {
                    deniedRules.add(new Reference(required(in, "RuleID"), line(in)));
                }
            }
            case "DeniedSigner" -> {
                if (kernelMode) {
                    deniedSigners.add(new Reference(required(in, "SignerId"), line(in)));
                }
            }
            default -> {
                if (parent.equals("Signer")) {
                    signerPart(in);
                } else if (parent.equals("DeniedSigner") && kernelMode) {
                    throw at(
                            in,
                            "'" + printable(in.getLocalName())
                                    + "', an exception to a denied signer, is not understood");
                }
            }
        }
    }

    private void signerPart(XMLStreamReader in) throws MalformedList {
        switch (in.getLocalName()) {
            case "CertRoot" -> {
                if (required(in, "Type").equalsIgnoreCase("TBS")) {
                    signer.tbs = Optional.of(digest(in, required(in, "Value")));
                }
            }
            case "CertPublisher" -> signer.publisher = Optional.of(required(in, "Value"));
            case "FileAttribRef" -> signer.attributes.add(new Reference(required(in, "RuleID"), line(in)));
            // CertEKU, CertIssuer, CertOemID: they narrow the rule down, and are not looked at.
            default -> signer.unread.add(printable(in.getLocalName()) + " fits");
        }
    }

    private void end(String name) {
        if (name.equals("Signer")) {
            signer = null;
        } else if (name.equals("ProductSigners")) {
            kernelMode = false;
        }
    }

    private static Entry rule(XMLStreamReader in) throws MalformedList {
        String hash = in.getAttributeValue(null, "Hash");
        String label = label(in, "FriendlyName");
        return hash == null ? new DeniedName(condition(in, true), label) : new DeniedFile(digest(in, hash), label);
    }

    /**
     * What the version resource must say. Of a Deny rule MinimumFileVersion alone is the last version it denies, as the block
     * rules for bginfo.exe show; in a FileAttrib alone it is not documented.
     */
    private static FileCondition condition(XMLStreamReader in, boolean ofDenyRule) throws MalformedList {
        Map<String, String> texts = new HashMap<>();
        Optional<FileVersion> from = Optional.empty();
        Optional<FileVersion> to = Optional.empty();
        List<String> notRead = new ArrayList<>();
        for (int i = 0; i < in.getAttributeCount(); i++) {
            String name = in.getAttributeLocalName(i);
            String value = in.getAttributeValue(i);
            switch (name) {
                case "FileName" -> {
                    if (!value.equals("*")) {
                        texts.put("OriginalFilename", value);
                    }
                }
                case "InternalName", "FileDescription", "ProductName" -> texts.put(name, value);
                case "MinimumFileVersion" -> from = Optional.of(version(in, value));
                case "MaximumFileVersion" -> to = Optional.of(version(in, value));
                case "ID", "FriendlyName" -> {}
                default -> notRead.add("its " + printable(name) + " is '" + printable(value) + "'");
            }
        }
        if (from.isPresent() && to.isEmpty()) {
            if (ofDenyRule) {
                to = from;
            } else {
                notRead.add("its version fits the minimum " + from.get());
            }
            from = Optional.empty();
        }
        return new FileCondition(texts, from, to, notRead);
    }

    private List<Entry> entries() throws MalformedList {
        List<Entry> entries = new ArrayList<>();
        for (Reference reference : deniedRules) {
            // One that is not a Deny rule is an Allow rule, which a block list has to let everything else run.
            Entry rule = rules.get(reference.id());
            if (rule != null) {
                entries.add(rule);
            }
        }
        for (Reference reference : deniedSigners) {
            Signer denied = signers.get(reference.id());
            if (denied == null) {
                throw dangling(reference, "Signer");
            }
            // By an extended key usage of Microsoft's own (CertRoot Type="Wellknown"): no block list has one.
            Digest tbs = denied.tbs.orElseThrow(() -> new MalformedList("line " + reference.line() + ": signer '"
                    + printable(reference.id()) + "' has no CertRoot of Type TBS, the only one that is understood"));
            List<FileCondition> onlyIf = new ArrayList<>();
            for (Reference attribute : denied.attributes) {
                FileCondition condition = conditions.get(attribute.id());
                if (condition == null) {
                    throw dangling(attribute, "FileAttrib");
                }
                onlyIf.add(denied.unread.isEmpty() ? condition : with(condition, denied.unread));
            }
            if (onlyIf.isEmpty() && !denied.unread.isEmpty()) {
                onlyIf.add(new FileCondition(Map.of(), Optional.empty(), Optional.empty(), denied.unread));
            }
            entries.add(new DeniedSigner(tbs, denied.publisher, onlyIf, denied.label));
        }
        return entries;
    }

    private static FileCondition with(FileCondition condition, List<String> unread) {
        List<String> all = new ArrayList<>(condition.notRead());
        all.addAll(unread);
        return new FileCondition(condition.texts(), condition.from(), condition.to(), all);
    }

    private static FileVersion version(XMLStreamReader in, String text) throws MalformedList {
        try {
            return FileVersion.parse(text);
        } catch (IllegalArgumentException e) {
            throw at(in, printable(e.getMessage()));
        }
    }

    private static Digest digest(XMLStreamReader in, String hex) throws MalformedList {
        Optional<DigestAlgorithm> algorithm = Arrays.stream(DigestAlgorithm.values())
                .filter(a -> 2 * a.size() == hex.length())
                .findFirst();
        if (algorithm.isEmpty() || !hex.matches("[0-9A-Fa-f]*")) {
            throw at(in, "'" + printable(hex) + "' is no digest in hexadecimal");
        }
        return new Digest(algorithm.get(), Bytes.ofHex(hex));
    }

    private static String label(XMLStreamReader in, String attribute) throws MalformedList {
        String text = in.getAttributeValue(null, attribute);
        return printable(text == null || text.isBlank() ? required(in, "ID") : text);
    }

    private static String required(XMLStreamReader in, String attribute) throws MalformedList {
        String value = in.getAttributeValue(null, attribute);
        if (value == null) {
            throw at(in, printable(in.getLocalName()) + " has no " + attribute);
        }
        return value;
    }

    private static MalformedList dangling(Reference reference, String what) {
        return new MalformedList(
                "line " + reference.line() + ": there is no " + what + " '" + printable(reference.id()) + "'");
    }

    private static MalformedList at(XMLStreamReader in, String problem) {
        return new MalformedList("line " + line(in) + ": " + problem);
    }

    private static int line(XMLStreamReader in) {
        return in.getLocation().getLineNumber();
    }

    /** Of one line, at most two hundred characters: what is quoted is hostile too. */
    private static String printable(String text) {
        String line = String.valueOf(text).replaceAll("\\p{C}", "?");
        return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }
}
