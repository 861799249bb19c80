package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.home.Home;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each in a process of its own, since what fails here is what a process does once. */
class HsmFailureTest {
    @TempDir
    Path folder;

    private Home home;

    @BeforeEach
    void home() throws Exception {
        home = HomeCopy.in(folder);
    }

    @Test
    void aHomeThatHasMovedSignsOnceInitHasRunAgain() throws Exception {
        assertThat(probe()).isEqualTo("signed");
    }

    @Test
    void aHomeThatHasMovedAndWasNotToldSaysSo() throws Exception {
        Files.writeString(
                SoftHsm.configuration(home),
                SoftHsm.configurationText(LabHome.home().tokens()));

        assertThat(probe())
                .startsWith("permanent: ")
                .contains("does not name the tokens folder of this home", "countersign hsm init");
    }

    @Test
    void aWrongPinNamesItsFileAndNeverShowsIt() throws Exception {
        Path file = home.secrets().resolve("countersign-signing.pin");
        Files.writeString(file, "wrong-4711-pin\n");

        assertThat(probe())
                .startsWith(
                        "permanent: token 'countersign-signing' refuses the PIN in " + file + " (CKR_PIN_INCORRECT)")
                .doesNotContain("4711");
    }

    @Test
    void aWrongPinIsNotTriedAgainUntilItsFileChanges() throws Exception {
        assertThat(JavaProcess.start(PinProbe.class, home.root().toString()).output())
                .isEqualToIgnoringNewLines("not asked againopened");
    }

    @Test
    void aPinLongerThanAnyTokenTakesIsRefusedWithoutBeingShown() throws Exception {
        Files.writeString(home.secrets().resolve("countersign-signing.pin"), "4711".repeat(100));

        assertThat(probe()).startsWith("permanent: ").contains("holds no PIN").doesNotContain("4711");
    }

    @Test
    void aMissingPinFileIsNamed() throws Exception {
        Path file = home.secrets().resolve("countersign-signing.pin");
        Files.delete(file);

        assertThat(probe()).startsWith("permanent: ").contains(file + ", does not exist");
    }

    @Test
    void aMissingTokenFolderIsAFailureThatNamesTheToken() throws Exception {
        Files.move(home.tokens(), home.root().resolve("elsewhere"));
        Files.createDirectory(home.tokens());

        assertThat(probe())
                .startsWith("permanent: no token with label 'countersign-signing'")
                .contains("it has: no token at all", "countersign hsm init");
    }

    @Test
    void aHomeWithoutItsTokensFolderSaysWhichIsMissing() throws Exception {
        Files.move(home.tokens(), home.root().resolve("elsewhere"));

        assertThat(probe())
                .startsWith("permanent: the tokens folder " + home.tokens() + " is missing")
                .contains("restore it from a backup", "countersign hsm init");
    }

    @Test
    void aKeyThatVanishesUnderARunningProcessIsSaidToBeGone() throws Exception {
        assertThat(JavaProcess.start(KeyProbe.class, home.root().toString(), "attributes", "elsewhere")
                        .output())
                .startsWith("for now: token 'countersign-signing' has lost its private key 'lab-publisher'")
                .contains("restore it and restart this process");
    }

    @Test
    void aTokenThatVanishesUnderARunningProcessIsNeverTakenForASignature() throws Exception {
        assertThat(JavaProcess.start(KeyProbe.class, home.root().toString(), "3", "elsewhere")
                        .output())
                .startsWith("for now: token 'countersign-signing' did not sign with key 'publisher'")
                .contains("restart this process");
    }

    @Test
    void aHomeWithoutItsSoftHsmConfigurationSaysThatInitMendsIt() throws Exception {
        Files.delete(SoftHsm.configuration(home));

        assertThat(probe()).startsWith("permanent: no token with label").contains("countersign hsm init");
        Ceremony.run(home, line -> {});
        assertThat(probe()).isEqualTo("signed");
    }

    @Test
    void aMissingModuleSaysHowToInstallIt() throws Exception {
        edit(SoftHsm.module().toString(), "/nowhere/libsofthsm2.so");

        assertThat(probe())
                .startsWith("permanent: ")
                .contains("/nowhere/libsofthsm2.so", "apt-get install softhsm2", "dnf install", "brew install");
    }

    @Test
    void aModuleThatIsNoModuleIsRefused() throws Exception {
        Path fake = Files.writeString(folder.resolve("libsofthsm2.so"), "not a library");
        edit(SoftHsm.module().toString(), fake.toString());

        assertThat(probe()).startsWith("permanent: " + fake + " is not a PKCS#11 module this machine can load");
    }

    @Test
    void aMissingKeyIsAFailureThatListsTheKeysThereAre() throws Exception {
        edit("label: lab-publisher", "label: no-such-key");

        assertThat(probe())
                .startsWith("permanent: token 'countersign-signing' has no key 'no-such-key'")
                .contains("it has: lab-publisher");
    }

    @Test
    void aChainOfAnotherKeyIsRefused() throws Exception {
        edit("chain: [pki/lab-publisher.pem, ", "chain: [pki/lab-tsa.pem, ");

        assertThat(probe()).startsWith("permanent: ").contains("lab-tsa.pem is the certificate of another key");
    }

    @Test
    void aChainInTheWrongOrderIsRefused() throws Exception {
        edit("pki/lab-ev-ca.pem, pki/lab-root.pem]", "pki/lab-root.pem, pki/lab-ev-ca.pem]");

        assertThat(probe()).startsWith("permanent: the chain of key 'publisher' is broken");
    }

    @Test
    void aJournalThatCannotBeWrittenMeansNoSignature() throws Exception {
        Path journal = home.log().resolve("key-use.jsonl");
        Files.deleteIfExists(journal);
        Files.createDirectories(journal);

        assertThat(probe())
                .startsWith("for now: the use of key 'publisher' could not be recorded")
                .contains("not used");
    }

    private void edit(String old, String fresh) throws Exception {
        String text = Files.readString(home.configuration());
        assertThat(text).contains(old);
        Files.writeString(home.configuration(), text.replace(old, fresh));
    }

    private String probe() throws Exception {
        return JavaProcess.start(KeyProbe.class, home.root().toString(), "1")
                .output()
                .strip();
    }
}
