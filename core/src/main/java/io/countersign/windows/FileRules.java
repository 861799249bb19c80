package io.countersign.windows;

import io.countersign.catalog.TargetSystem.Architecture;
import io.countersign.verify.Confidence;
import io.countersign.windows.Ruling.Forbids;
import io.countersign.windows.Ruling.NotApplicable;
import io.countersign.windows.Ruling.Notes;
import io.countersign.windows.Ruling.Unclear;
import io.countersign.windows.Setting.Value;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The rules that are about the file, whatever its signatures. */
final class FileRules {
    private static final String PE_FORMAT = "win32: Debug/pe-format.md";
    private static final String BLOCK_RULES =
            "windows-itpro-docs: app-control-for-business/design/microsoft-recommended-driver-block-rules.md";

    private static final Map<Value, Integer> MACHINES = Map.of(
            Value.X64,
            Architecture.X64.imageMachine(),
            Value.X86,
            Architecture.X86.imageMachine(),
            Value.ARM64,
            Architecture.ARM64.imageMachine());

    /** One rule and how it is judged. */
    record FileRule(LoadRule rule, Test test) {
        /** Pure: what it asks of the machine is all it depends on beside the file. */
        interface Test {
            Ruling of(FileEvidence.Image file, Asked machine);
        }
    }

    private FileRules() {}

    static final LoadRule NOT_AN_IMAGE = LoadRule.of(
                    "LOAD_NOT_AN_IMAGE", "What is no PE image is not loaded.", PE_FORMAT, Confidence.MODELLED)
            .status(LoadStatus.STATUS_INVALID_IMAGE_FORMAT)
            .remedy("build the driver again: this is no driver");

    /** Keep a file out whatever its signatures. */
    static final List<FileRule> VETOES = List.of(
            new FileRule(
                    LoadRule.of(
                                    "LOAD_WRONG_MACHINE",
                                    "A driver is for the processor Windows was built for.",
                                    PE_FORMAT + ", Machine Types",
                                    Confidence.DOCUMENTED)
                            .status(LoadStatus.STATUS_INVALID_IMAGE_FORMAT)
                            .remedy("build the driver for the machine's processor"),
                    FileRules::machine),
            new FileRule(
                    LoadRule.of(
                                    "LOAD_PE_CHECKSUM",
                                    "The CheckSum of every driver is validated when it is loaded.",
                                    PE_FORMAT + ", CheckSum",
                                    Confidence.DOCUMENTED)
                            .status(LoadStatus.STATUS_IMAGE_CHECKSUM_MISMATCH)
                            .remedy("set CheckSum, with the linker's /RELEASE or by signing it with a tool that does"),
                    FileRules::checkSum),
            new FileRule(
                    LoadRule.of(
                                    "LOAD_REVOKED_STL",
                                    "What is on Driver.STL is not loaded; that list cannot be turned off.",
                                    "Microsoft Support, KB5029033",
                                    Confidence.REPORTED)
                            .status(LoadStatus.STATUS_IMAGE_CERT_REVOKED)
                            .events(3036, 3112)
                            .remedy("ship a driver with another signature; this one is revoked for good"),
                    (f, m) -> listed(f.driverStl(), true)),
            new FileRule(
                    LoadRule.of(
                                    "LOAD_BLOCKLISTED",
                                    "What is on the vulnerable driver block list is not loaded where the list is on: by"
                                            + " default since Windows 11 22H2, and with memory integrity, Smart App"
                                            + " Control and S mode.",
                                    BLOCK_RULES,
                                    Confidence.DOCUMENTED)
                            .status(LoadStatus.STATUS_IMAGE_CERT_REVOKED)
                            .events(3077)
                            .remedy("mend the driver and ship it with a higher version and another hash"),
                    (f, m) -> suspicious(f)
                            ? listed(f.driverBlocklist(), blocklistIsOn(m))
                            : listed(f.driverBlocklist(), true)),
            new FileRule(
                    LoadRule.of(
                            "LOAD_BLOCKLIST_OFF",
                            "Where the block list is off, being on it keeps nothing out.",
                            BLOCK_RULES,
                            Confidence.DOCUMENTED),
                    (f, m) -> suspicious(f) && !blocklistIsOn(m)
                            ? new Notes(f.driverBlocklist().what() + ", and the list is off on this machine")
                            : new NotApplicable("nothing that a list which is off would keep out")),
            new FileRule(
                    LoadRule.of(
                                    "LOAD_ELAM_EKU",
                                    "Early-launch drivers carry Microsoft's signature with the early-launch usage.",
                                    Documents.EARLY_LAUNCH,
                                    Confidence.DOCUMENTED)
                            .status(LoadStatus.STATUS_INVALID_IMAGE_HASH)
                            .remedy("have Microsoft sign it for early-launch antimalware"),
                    FileRules::earlyLaunch));

    /** Keeps out what a signature would let in. */
    static final FileRule MEMORY_INTEGRITY = new FileRule(
            LoadRule.of(
                            "LOAD_HVCI_IMAGE",
                            "Memory integrity takes images whose sections are aligned to pages and never both writable"
                                    + " and executable.",
                            "windows-driver-docs: Driver Verifier, code integrity checking, codes 0x2000 to"
                                    + " 0x2005",
                            Confidence.DOCUMENTED)
                    .events(3111)
                    .remedy("link with /ALIGN:4096 or more and without sections that are writable and executable"),
            (f, m) -> f.facts()
                    .unfitForMemoryIntegrity()
                    .map(flaw -> m.is(Setting.HVCI, Value.ON)
                            ? new Forbids(flaw)
                            : new NotApplicable(flaw + ", which matters with memory integrity only"))
                    .orElseGet(() -> new NotApplicable("sections are as memory integrity wants them")));

    private static Ruling machine(FileEvidence.Image file, Asked machine) {
        int own = file.facts().machine();
        for (Value arch : Setting.ARCH.allowed()) {
            if (machine.is(Setting.ARCH, arch) && MACHINES.get(arch) != own) {
                return new Forbids(
                        String.format(Locale.ROOT, "the image is for machine 0x%x, Windows for %s", own, arch));
            }
        }
        return new NotApplicable("the image is for this machine");
    }

    private static Ruling checkSum(FileEvidence.Image file, Asked machine) {
        ImageFacts facts = file.facts();
        return facts.storedCheckSum() == facts.rightCheckSum()
                ? new NotApplicable("CheckSum is right")
                : new Forbids(String.format(
                        Locale.ROOT,
                        "CheckSum is 0x%08x, right would be 0x%08x",
                        facts.storedCheckSum(),
                        facts.rightCheckSum()));
    }

    private static boolean suspicious(FileEvidence.Image file) {
        return file.driverBlocklist().state() == Listing.State.LISTED
                || file.driverBlocklist().state() == Listing.State.UNDECIDED;
    }

    private static boolean blocklistIsOn(Asked machine) {
        return machine.is(Setting.BLOCKLIST, Value.ON)
                || (machine.version().blocklistWithHvci() && machine.is(Setting.HVCI, Value.ON));
    }

    private static Ruling listed(Listing listing, boolean on) {
        return switch (listing.state()) {
            case LISTED -> on ? new Forbids(listing.what()) : new NotApplicable("the list is off");
            case UNDECIDED -> on ? new Unclear(listing.what()) : new NotApplicable("the list is off");
            case ABSENT, NOT_SUPPLIED -> new NotApplicable(listing.what());
        };
    }

    private static Ruling earlyLaunch(FileEvidence.Image file, Asked machine) {
        List<SignatureEvidence> fit = file.signatures().stream()
                .filter(s -> s.isSound() && s.usages().contains(KernelTrust.EARLY_LAUNCH))
                .toList();
        if (fit.stream().anyMatch(s -> s.kind().isMicrosofts())) {
            return new NotApplicable("signed by Microsoft for early launch");
        }
        if (!machine.is(Setting.START, Value.EARLY_LAUNCH)) {
            return new NotApplicable("not started as early-launch antimalware");
        }
        return fit.stream()
                .filter(s -> s.kind() == SignatureClass.ROOT_NOT_SUPPLIED)
                .findFirst()
                .<Ruling>map(s -> new Unclear(s.kindReason()))
                .orElseGet(() -> new Forbids(
                        fit.isEmpty()
                                ? "no signature has the early-launch usage " + KernelTrust.EARLY_LAUNCH
                                : "the signature with the early-launch usage is not Microsoft's"));
    }
}
