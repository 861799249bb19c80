package io.countersign.docs;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static io.countersign.docs.CountersignClasses.module;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.ClassesShouldConjunction;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What docs/architecture.md promises of the code, each rule with its reason. */
@AnalyzeClasses(locations = CountersignClasses.class)
class ArchitectureTest {
    private static final String OURS = "io.countersign..";
    private static final DescribedPredicate<JavaClass> CORE = module("core");
    private static final DescribedPredicate<JavaClass> SIGNER = module("signer-service");
    private static final DescribedPredicate<JavaClass> CLI = module("cli");

    private static final Set<Type> NAMELESS =
            Set.of(Exception.class, RuntimeException.class, Throwable.class, Error.class);

    // ---- modules ----

    @ArchTest
    static final ArchRule coreKnowsNoOtherModule = onlyKnows("core")
            .because(
                    "core turns bytes into values and verdicts; whoever holds a key, a socket or a database comes to it");

    @ArchTest
    static final ArchRule hsmConfigKnowsOnlyCore = onlyKnows("hsm-config", "core")
            .because("keys are the same wherever they are used: in a service, in the command line, in a test");

    @ArchTest
    static final ArchRule theTimestampAuthorityStandsAlone = onlyKnows("timestamp-authority", "core", "hsm-config")
            .because("a public authority must be able to take its place, so nobody reaches it but over RFC 3161");

    @ArchTest
    static final ArchRule theSignerStandsAlone = onlyKnows("signer-service", "core", "hsm-config")
            .because("the signer asks for timestamps over RFC 3161 only, ours being one authority among others");

    @ArchTest
    static final ArchRule theCommandLineStandsAlone = onlyKnows("cli", "core", "hsm-config")
            .because("it verifies without our server and talks to it over HTTP like any other client");

    // ---- packages ----

    @ArchTest
    static final ArchRule packagesFormNoCycle = slices().matching("io.countersign.(**)")
            .should()
            .beFreeOfCycles()
            .because("two packages that need each other are one package with two names");

    @ArchTest
    static final ArchRule keyIsTheGround = classes()
            .that(resideInAPackage("io.countersign.key.."))
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.countersign.key..").or(not(resideInAPackage(OURS))))
            .because("every other package stands on Bytes, Digest and SigningKey");

    @ArchTest
    static final ArchRule peKnowsOnlyKey = classes()
            .that(resideInAPackage("io.countersign.pe.."))
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("io.countersign.key..", "io.countersign.pe..")
                    .or(not(resideInAPackage(OURS))))
            .because("a file format is arithmetic on ranges and knows nothing of signatures");

    @ArchTest
    static final ArchRule whatSignChecksWithDoesNotKnowSign = noClasses()
            .that(CORE.and(not(resideInAnyPackage("io.countersign.sign..", "io.countersign.provenance.."))))
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.countersign.sign..", "io.countersign.provenance.."))
            .because("signing checks its own output, and a check that knew the signer could be wrong in the same way");

    // ---- core ----

    @ArchTest
    static final ArchRule coreUsesNoFramework = classes()
            .that(CORE.and(not(resideInAPackage("io.countersign.format.."))))
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    OURS,
                    "java..",
                    "javax.security.auth.x500..",
                    "javax.xml.stream..",
                    "org.bouncycastle..",
                    "com.fasterxml.jackson.."))
            .because("core outlives the frameworks around it, and a reader needs to know none of them");

    @ArchTest
    static final ArchRule onlyFormatKnowsJsign = classes()
            .that(CORE.and(resideInAPackage("io.countersign.format..")))
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    OURS,
                    "java..",
                    "javax.security.auth.x500",
                    "javax.xml.stream",
                    "org.bouncycastle..",
                    "net.jsign",
                    "net.jsign.appx",
                    "net.jsign.msi",
                    "net.jsign.mscab",
                    "net.jsign.navx",
                    "net.jsign.nuget",
                    "net.jsign.script",
                    "net.jsign.zip",
                    "org.apache.poi.poifs.."))
            .because("jsign and POI know how other formats are laid out; they come in by one door");

    @ArchTest
    static final ArchRule nobodySignsWithJsign = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("net.jsign..")
                    .and(not(resideInAnyPackage(
                            "net.jsign.appx..",
                            "net.jsign.msi..",
                            "net.jsign.mscab..",
                            "net.jsign.navx..",
                            "net.jsign.nuget..",
                            "net.jsign.script..",
                            "net.jsign.zip..")))
                    .and(not(type(net.jsign.Signable.class)))
                    .and(not(type(net.jsign.DigestAlgorithm.class))))
            .because("our engine signs, with keys that are used through their journal, and timestamps");

    @ArchTest
    static final ArchRule onlyProvenanceSpeaksJson = noClasses()
            .that(CORE.and(not(resideInAPackage("io.countersign.provenance.."))))
            .should()
            .dependOnClassesThat(resideInAPackage("com.fasterxml.."))
            .because("statements and envelopes are JSON; nothing that is signed into a file is");

    @ArchTest
    static final ArchRule coreHasOneSocket = noClasses()
            .that(CORE.and(not(resideInAPackage("io.countersign.timestamp.http.."))))
            .should()
            .dependOnClassesThat(resideInAPackage("java.net.http..")
                    .or(assignableTo(java.net.Socket.class))
                    .or(assignableTo(java.net.ServerSocket.class))
                    .or(assignableTo(java.net.DatagramSocket.class))
                    .or(assignableTo(java.net.URLConnection.class))
                    .or(assignableTo(java.nio.channels.NetworkChannel.class))
                    .or(type(java.net.URL.class))
                    .or(type(java.net.InetAddress.class)))
            .because("who has a socket fetches; core only judges, so that a verdict depends on its inputs alone");

    @ArchTest
    static final ArchRule coreAsksNoClock = noClasses()
            .that(CORE)
            .should()
            .accessTargetWhere(JavaAccess.Predicates.target(describe("a clock", ArchitectureTest::isClock)))
            .because(
                    "the time is an input: a verdict for last year must be possible, and a test must not depend on today");

    // ---- keys ----

    @ArchTest
    static final ArchRule onlyHsmOpensKeyStores = noClasses()
            .that(not(resideInAPackage("io.countersign.hsm..")))
            .should()
            .dependOnClassesThat(resideInAnyPackage("com.sun.jna..", "javax.security.auth.login..", "sun.security..")
                    .or(assignableTo(java.security.KeyStore.class))
                    .or(assignableTo(java.security.AuthProvider.class))
                    .or(assignableTo(javax.security.auth.callback.Callback.class)))
            .because("one package sees a PIN, a KeyStore or the token; every key is used through its journal");

    @ArchTest
    static final ArchRule onlyHsmChangesTheProvidersOfTheJvm = noClasses()
            .that(not(resideInAPackage("io.countersign.hsm..")))
            .should()
            .accessTargetWhere(JavaAccess.Predicates.target(member(
                    java.security.Security.class,
                    Set.of("addProvider", "insertProviderAt", "getProvider", "removeProvider"))))
            .because("a library that registers a provider changes the cryptography of everybody else in the process");

    @ArchTest
    static final ArchRule onlyLabsThrowKeysAway = noClasses()
            .that(not(
                    resideInAnyPackage("io.countersign.lab..", "io.countersign.cli.lab..", "io.countersign.tsa.lab..")))
            .should()
            .dependOnClassesThat(resideInAPackage("io.countersign.lab.."))
            .because("its keys are in memory and its certificates of any past: nothing that matters is signed by them");

    // ---- the signer ----

    @ArchTest
    static final ArchRule onlyTheEdgesKnowHttp = noClasses()
            .that(SIGNER.and(not(resideInAnyPackage("io.countersign.signer.api..", "io.countersign.signer.ui.."))))
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("jakarta.ws.rs..", "org.jboss.resteasy..", "io.netty.handler.codec.http.."))
            .because(
                    "inside there are typed errors; a status is how an edge tells them, the API's clients and people's browsers");

    @ArchTest
    static final ArchRule theApiKnowsNoPages = noClasses()
            .that()
            .resideInAPackage("io.countersign.signer.api..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.countersign.signer.ui.."))
            .because("pages are for people, and what they show is no part of what clients rely on");

    @ArchTest
    static final ArchRule onlyPagesKnowSessions = classes()
            .that()
            .resideInAPackage("io.countersign.signer.identity.session..")
            .should()
            .onlyHaveDependentClassesThat(resideInAnyPackage(
                    "io.countersign.signer.identity.session..",
                    "io.countersign.signer.ui..",
                    "io.countersign.signer.app.."))
            .because(
                    "a browser sends its session along by itself, so no session may open anything but a page with a guard");

    @ArchTest
    static final ArchRule everyPageHasItsGuard = classes()
            .that()
            .resideInAPackage("io.countersign.signer.ui..")
            .and()
            .areAnnotatedWith("jakarta.ws.rs.Path")
            .should()
            .beAnnotatedWith("io.countersign.signer.ui.Page")
            .because("the guard keeps other sites from posting our forms and framing our pages");

    @ArchTest
    static final ArchRule anApprovalIsMadeInPolicyOnly = constructors()
            .that()
            .areDeclaredInClassesThat()
            .haveSimpleNameStartingWith("Approved")
            .should()
            .notBePublic()
            .andShould()
            .notBeProtected()
            .andShould()
            .beDeclaredInClassesThat()
            .resideInAPackage("io.countersign.signer.policy")
            .because("the pipeline signs nothing without an Approved, so who can make one can sign");

    @ArchTest
    static final ArchRule nobodyElseMakesAnApproval = noClasses()
            .that(not(resideInAPackage("io.countersign.signer.policy")))
            .should()
            .accessTargetWhere(JavaAccess.Predicates.target(describe(
                    "a constructor of Approved",
                    member -> member.getName().equals("<init>")
                            && member.getOwner().getSimpleName().startsWith("Approved"))))
            .because("skipping policy must be impossible to write, not merely forbidden");

    // ---- the command line ----

    @ArchTest
    static final ArchRule theCommandLineHasNoServerFramework = noClasses()
            .that(CLI)
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.quarkus..", "jakarta..", "io.vertx..", "io.smallrye.."))
            .because("it starts in a moment and runs where there is only a jar");

    // ---- habits ----

    @ArchTest
    static final ArchRule onlyTheCommandLinePrints = noClasses()
            .that(not(CLI))
            .should(ACCESS_STANDARD_STREAMS)
            .because("a library that prints takes the terminal away from the program around it");

    @ArchTest
    static final ArchRule nobodyPrintsStackTraces = noClasses()
            .should()
            .accessTargetWhere(JavaAccess.Predicates.target(member(Throwable.class, Set.of("printStackTrace"))))
            .because("an error is told in a sentence to whoever can act on it, or it is logged");

    @ArchTest
    static final ArchRule namesSayWhatAClassKnows = classes()
            .should()
            .haveNameNotMatching(".*(Util|Utils|Utilities|Helper|Helpers|Manager|Impl)(?![a-z]).*")
            .because("such a name fits anything, so anything ends up in it");

    @ArchTest
    static final ArchRule packagesAreNamedForWhatTheyKnow = noClasses()
            .should()
            .resideInAnyPackage(
                    "..util..",
                    "..utils..",
                    "..common..",
                    "..helper..",
                    "..impl..",
                    "..dto..",
                    "..service..",
                    "..manager..")
            .because("a package is found by what it is about, not by what kind of thing is in it");

    @ArchTest
    static final ArchRule nobodyThrowsNamelessExceptions = noClasses()
            .should(THROW_GENERIC_EXCEPTIONS)
            .because("whoever catches it cannot tell what happened, nor what to do");

    @ArchTest
    static final ArchRule publicMethodsNameTheirExceptions = noMethods()
            .that()
            .arePublic()
            .and()
            .doNotHaveModifier(JavaModifier.SYNTHETIC)
            .should(be(describe("declared to throw a nameless exception", ArchitectureTest::throwsNameless)))
            .because("'throws Exception' tells a caller nothing and makes it catch everything");

    private static ClassesShouldConjunction onlyKnows(String module, String... others) {
        DescribedPredicate<JavaClass> allowed = not(resideInAPackage(OURS)).or(module(module));
        for (String other : others) {
            allowed = allowed.or(module(other));
        }
        return classes()
                .that(module(module))
                .should()
                .onlyDependOnClassesThat(allowed.as("belong to %s or to nobody here", List.of(others)));
    }

    private static DescribedPredicate<AccessTarget> member(Class<?> owner, Set<String> names) {
        return describe(
                owner.getSimpleName() + "." + names,
                target -> names.contains(target.getName()) && target.getOwner().isAssignableTo(owner));
    }

    /** Everything in the JDK that asks the machine for the date. System.nanoTime measures a duration and tells no date. */
    private static boolean isClock(AccessTarget target) {
        String owner = target.getOwner().getName();
        return switch (target.getName()) {
            case "now" -> owner.startsWith("java.time.");
            case "currentTimeMillis" -> owner.equals("java.lang.System");
            case "system", "systemUTC", "systemDefaultZone", "tickMillis", "tickSeconds", "tickMinutes" ->
                owner.equals("java.time.Clock") || owner.equals("java.time.InstantSource");
            case "getInstance" -> target.getOwner().isAssignableTo(java.util.Calendar.class);
            case "<init>" ->
                owner.equals("java.util.Date")
                        && target instanceof AccessTarget.CodeUnitAccessTarget constructor
                        && constructor.getRawParameterTypes().isEmpty();
            default -> false;
        };
    }

    /** Asks reflection, since 'throws X' for a type parameter X names what the caller chose and is only erased to Exception. */
    private static boolean throwsNameless(JavaMethod method) {
        return Arrays.stream(method.reflect().getGenericExceptionTypes()).anyMatch(NAMELESS::contains);
    }
}
