package io.countersign.windows;

import static io.countersign.windows.WindowsLab.driver;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.fixture.VersionSample;
import io.countersign.fixture.WindowsPki;
import io.countersign.key.Bytes;
import io.countersign.key.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Policies in the schema of Microsoft's recommended driver block rules, about files and signers of the tests. */
class DriverBlockPolicyTest {
    private static final String HASH = "00".repeat(32);
    private static final byte[] SIGNED = WindowsPki.sign(driver(), WindowsPki.WHQL);

    /** A policy as Microsoft writes it. */
    private static String policy(String fileRules, String signers, String kernelMode) {
        return """
                <?xml version="1.0" encoding="utf-8"?>
                <SiPolicy xmlns="urn:schemas-microsoft-com:sipolicy">
                  <VersionEx>10.0.27825.0</VersionEx>
                  <!--a comment-->
                  <FileRules>
                    <Allow ID="ID_ALLOW_ALL_1" FriendlyName="" FileName="*" />
                    %s
                  </FileRules>
                  <Signers>%s</Signers>
                  <SigningScenarios>
                    <SigningScenario Value="131" ID="ID_SIGNINGSCENARIO_DRIVERS_1" FriendlyName="">
                      <ProductSigners>%s</ProductSigners>
                    </SigningScenario>
                    <SigningScenario Value="12" ID="ID_SIGNINGSCENARIO_WINDOWS" FriendlyName="">
                      <ProductSigners><FileRulesRef><FileRuleRef RuleID="ID_DENY_USER" /></FileRulesRef></ProductSigners>
                    </SigningScenario>
                  </SigningScenarios>
                </SiPolicy>
                """.formatted(fileRules, signers, kernelMode);
    }

    private static String rules(String denyRule) {
        return policy(
                denyRule + "<Deny ID=\"ID_DENY_USER\" Hash=\"" + "11".repeat(32) + "\" />",
                "",
                "<FileRulesRef><FileRuleRef RuleID=\"ID_ALLOW_ALL_1\" /><FileRuleRef RuleID=\"ID_DENY_1\" /></FileRulesRef>");
    }

    private static String signer(String attributes, String inside) throws Exception {
        X509Certificate issuer = WindowsPki.WHQL.chain().get(1);
        String tbs = DigestAlgorithm.SHA256
                .digest(issuer.getTBSCertificate())
                .value()
                .hex();
        return policy(
                attributes,
                "<Signer ID=\"ID_SIGNER_1\" Name=\"The CA\"><CertRoot Type=\"TBS\" Value=\""
                        + tbs.toUpperCase(Locale.ROOT) + "\" />" + inside + "</Signer>",
                "<DeniedSigners><DeniedSigner SignerId=\"ID_SIGNER_1\" /></DeniedSigners>");
    }

    @Test
    void aDenyRuleOfTheKernelScenarioDeniesTheFileAndOthersDoNot() throws Exception {
        String image =
                WindowsPki.imageDigest(SIGNED, DigestAlgorithm.SHA1).value().hex();
        String rule = "<Deny ID=\"ID_DENY_1\" FriendlyName=\"bad.sys Hash Sha1\" Hash=\"%s\" />";

        DenyList list = parse(rules(rule.formatted(image.toUpperCase(Locale.ROOT))));
        assertThat(list.entries()).hasSize(1);
        assertThat(look(SIGNED, list))
                .isEqualTo(new Listing(Listing.State.LISTED, "the driver block list denies bad.sys Hash Sha1"));
        assertThat(look(SIGNED, parse(rules(rule.formatted("00".repeat(20)))))).isEqualTo(Listing.ABSENT);
    }

    @Test
    void aDeniedSignerDeniesWhatIsBelowItAndFits() throws Exception {
        assertThat(look(SIGNED, parse(signer("", ""))).what()).isEqualTo("the driver block list denies The CA");
        assertThat(state(signer("", "<CertPublisher Value=\"LAB-PAST Hardware Publisher\" />")))
                .isEqualTo(Listing.State.LISTED);
        assertThat(state(signer("", "<CertPublisher Value=\"Somebody\" />"))).isEqualTo(Listing.State.ABSENT);
        assertThat(state(signer("", "<CertOemID Value=\"Somebody\" />"))).isEqualTo(Listing.State.UNDECIDED);
    }

    private static Listing.State state(String xml) throws MalformedList {
        return look(SIGNED, parse(xml)).state();
    }

    @ParameterizedTest
    @CsvSource({
        "FileName='OLD.SYS', LISTED",
        "FileName='other.sys', ABSENT",
        "FileName='*', LISTED",
        "InternalName='old', ABSENT",
        "FileName='old.sys' MinimumFileVersion='0.0.0.0' MaximumFileVersion='3.1.12.0', LISTED",
        "FileName='old.sys' MinimumFileVersion='3.1.12.1' MaximumFileVersion='9.0.0.0', ABSENT",
        "FileName='old.sys' MaximumFileVersion='3.1.11.9', ABSENT",
        "MaximumFileVersion='3.1.12.0', LISTED",
        "FileName='old.sys' MinimumFileVersion='1.0.0.0', UNDECIDED",
        "FileName='old.sys' FilePath='c:', UNDECIDED",
        "FileName='other.sys' FilePath='c:', ABSENT"
    })
    void aFileAttribIsHeldAgainstTheVersionResource(String attributes, Listing.State state) throws Exception {
        String attrib = "<FileAttrib ID=\"ID_FILEATTRIB_1\" FriendlyName=\"\" " + attributes.replace('\'', '"') + " />";
        DenyList list = parse(signer(attrib, "<FileAttribRef RuleID=\"ID_FILEATTRIB_1\" />"));
        byte[] file = VersionSample.file(0x0003_0001_000C_0000L, Map.of("OriginalFilename", "old.sys"));

        assertThat(look(WindowsPki.sign(file, WindowsPki.WHQL), list).state()).isEqualTo(state);
    }

    @Test
    void aNameRuleNeedsNoSignerAndItsMinimumAloneIsTheLastDenied() throws Exception {
        byte[] file = VersionSample.file(0x0003_0001_000C_0000L, Map.of("OriginalFilename", "old.sys"));
        String rule = "<Deny ID=\"ID_DENY_1\" FileName=\"old.sys\" MinimumFileVersion=\"%s\" />";

        assertThat(look(file, parse(rules(rule.formatted("65535.65535.65535.65535"))))
                        .state())
                .isEqualTo(Listing.State.LISTED);
        assertThat(look(file, parse(rules(rule.formatted("3.1.11.0")))).state()).isEqualTo(Listing.State.ABSENT);
        assertThat(look(driver(), parse(rules(rule.formatted("9.0.0.0")))).state())
                .isEqualTo(Listing.State.ABSENT);
    }

    @Test
    void aVersionResourceThatCannotBeReadLeavesItUndecided() throws Exception {
        byte[] file = VersionSample.file(1, Map.of("OriginalFilename", "old.sys"));
        file[VersionSample.BLOCK] = 1;

        Listing found = look(file, parse(rules("<Deny ID=\"ID_DENY_1\" FileName=\"old.sys\" />")));
        assertThat(found.state()).isEqualTo(Listing.State.UNDECIDED);
        assertThat(found.what()).endsWith("denies ID_DENY_1 if its OriginalFilename is 'old.sys'");
    }

    @Test
    void aProblemHasItsLine() throws Exception {
        refused("<a/>", "line 1: the root is 'a', wanted SiPolicy");
        refused("<SiPolicy>", "line 1: the root is 'SiPolicy', wanted SiPolicy of urn:schemas");
        refused("\n\nnot", "line 3: not XML");
        refused(policy("", "", ""), "the policy denies no driver");
        refused(rules("<Deny ID=\"ID_DENY_1\" Hash=\"12\" />"), "line 7: '12' is no digest");
        refused(rules("<Deny Hash=\"" + HASH + "\" />"), "line 7: Deny has no ID");
        refused(rules("<Deny ID=\"ID_DENY_1\" MaximumFileVersion=\"1.2\" />"), "line 7: '1.2' is no version");
        refused(signer("", "<FileAttribRef RuleID=\"X\" />"), "line 9: there is no FileAttrib 'X'");
        refused(signer("", "").replace("SignerId=\"ID_", "SignerId=\"NO_"), "there is no Signer 'NO_SIGNER_1'");
        refused(signer("", "").replace("TBS", "Wellknown"), "has no CertRoot of Type TBS");
        refused(signer("", "<Signer ID=\"b\"/>"), "a Signer inside another");
        refused(
                signer("", "")
                        .replace(
                                "<DeniedSigner SignerId=\"ID_SIGNER_1\" />",
                                "<DeniedSigner SignerId=\"ID_SIGNER_1\">" + "<ExceptAllowRule/></DeniedSigner>"),
                "'ExceptAllowRule', an exception to a denied signer");
    }

    @Test
    void entitiesAreRefusedBeforeTheyAreFetchedOrExpanded() throws Exception {
        String policy = rules("<Deny ID=\"ID_DENY_1\" Hash=\"" + HASH + "\" />");
        assertThat(parse(policy).entries()).hasSize(1);
        String head = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
        for (String type : new String[] {
            "<!DOCTYPE SiPolicy>",
            "<!DOCTYPE SiPolicy SYSTEM \"http://127.0.0.1:1/policy.dtd\">",
            "<!DOCTYPE SiPolicy [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>"
        }) {
            refused(policy.replace(head, head + type), "line 2: a document type or an entity");
        }
        refused(policy.replace("10.0.27825.0", "&a;"), "line 3: ");
    }

    @Test
    void sizeDepthAndNumberAreBounded() {
        String open = "<SiPolicy xmlns=\"urn:schemas-microsoft-com:sipolicy\">";
        refused(open + "<a>".repeat(40), "inside each other");
        refused(open + "<a/>".repeat(200_001), "more than 200000 elements");
        assertThatThrownBy(() -> DriverBlockPolicy.parse(Bytes.of(new byte[DriverBlockPolicy.MAXIMUM_SIZE + 1])))
                .hasMessageContaining("at most 16777216 are read");
    }

    private static void refused(String xml, String message) {
        assertThatThrownBy(() -> parse(xml)).isInstanceOf(MalformedList.class).hasMessageContaining(message);
    }

    private static DenyList parse(String xml) throws MalformedList {
        return DriverBlockPolicy.parse(Bytes.of(xml.getBytes(StandardCharsets.UTF_8)));
    }

    private static Listing look(byte[] file, DenyList list) {
        DenyLists lists = new DenyLists(Optional.empty(), Optional.of(list), Optional.empty());
        return ((FileEvidence.Image) WindowsLab.gather(file, WindowsPki.anchors(), lists)).driverBlocklist();
    }
}
