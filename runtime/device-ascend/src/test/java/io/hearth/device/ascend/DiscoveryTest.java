package io.hearth.device.ascend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which a card can be unusable gives one sentence, and the process goes on. */
class DiscoveryTest {
    @TempDir
    Path folder;

    private static Map<String, String> standIn(StandIn.Face face, String... settings) {
        Map<String, String> environment = new HashMap<>(StandIn.of(face).environment());
        for (int i = 0; i < settings.length; i += 2) {
            environment.put(settings[i], settings[i + 1]);
        }
        return environment;
    }

    private static String probe(Map<String, String> environment, String... arguments) {
        ChildProcess child = ChildProcess.run(environment, List.of(), DiscoveryProbe.class, arguments);
        assertThat(child.status()).as(child.output()).isZero();
        assertThat(child.output()).contains("unharmed").doesNotContain("\tat ");
        return child.output();
    }

    private static List<String> refusals(String output) {
        return output.lines()
                .filter(line -> line.startsWith("refusal "))
                .map(line -> line.substring("refusal ".length()))
                .toList();
    }

    @Test
    void withoutCannThereIsOneSentenceAndNoClassOfJna() {
        assumeTrue(!Files.exists(Path.of("/usr/local/Ascend")), "this machine has a driver");
        ChildProcess child = ChildProcess.run(Map.of(), List.of("-verbose:class"), DiscoveryProbe.class, "ascend:0");
        assertThat(child.output()).contains("unharmed").contains("not opened ").doesNotContain("com.sun.jna");
        assertThat(refusals(child.output()))
                .containsExactly(
                        "No Ascend card is used: this machine has no Ascend driver and no CANN. It is looked for in "
                                + "/usr/local/Ascend, or where HEARTH_ASCEND_HOME says.");
    }

    @Test
    void aSettingThatLeadsNowhereIsNamed() {
        assertThat(refusals(probe(Map.of("HEARTH_ASCEND_HOME", folder.toString()))))
                .singleElement()
                .asString()
                .contains("HEARTH_ASCEND_HOME names " + folder
                        + ", where no lib64/libascendcl.so or lib64/libacl_rt.so is.");
    }

    @Test
    void aDriverWithoutCannSaysWhatToInstall() throws IOException {
        Files.createDirectories(folder.resolve("driver"));
        Files.writeString(folder.resolve("driver/version.info"), "Version=25.0.rc1\n");
        assertThat(refusals(probe(Map.of("HEARTH_ASCEND_HOME", folder.toString()))))
                .singleElement()
                .asString()
                .startsWith(
                        "No Ascend card is used: the driver 25.0.rc1 is there, but no CANN. Install CANN 8.1.RC1 or newer");
    }

    @Test
    void aLibraryThatIsNoneIsASentence() throws IOException {
        Files.createDirectories(folder.resolve("lib64"));
        Files.writeString(folder.resolve("lib64/libascendcl.so"), "not a library");
        assertThat(refusals(probe(Map.of("HEARTH_ASCEND_HOME", folder.toString()))))
                .singleElement()
                .asString()
                .startsWith("CANN's library " + folder.resolve("lib64/libascendcl.so") + " cannot be loaded: ")
                .contains("set_env.sh");
    }

    @ParameterizedTest
    @CsvSource({"CANN8, 8.1.RC1", "CANN9, 9.0.0"})
    void findsCardsOfBothFaces(StandIn.Face face, String version) {
        String output = probe(standIn(face, "HEARTH_STANDIN_DEVICES", "2"), "ascend:1");
        assertThat(output)
                .contains("index=0")
                .contains("index=1")
                .contains("Atlas A2, CANN " + version + ", driver ")
                .contains("opened ascend:1");
        assertThat(refusals(output)).isEmpty();
    }

    @Test
    void aCardThatIsNotThereIsNamed() {
        assertThat(probe(standIn(StandIn.Face.CANN8), "ascend:3"))
                .contains("not opened There is no device \"ascend:3\": this machine has one Ascend card, ascend:0.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7.0.0", "6.3.RC2"})
    void anOldCannIsRefusedByItsVersion(String version) {
        assertThat(refusals(probe(standIn(StandIn.Face.CANN8, "HEARTH_STANDIN_VERSION", version))))
                .singleElement()
                .asString()
                .contains("CANN " + version)
                .contains("is too old for Hearth. Install CANN 8.1.RC1 or newer");
    }

    @Test
    void aChipThatHearthCannotUseIsNamed() {
        assertThat(refusals(probe(standIn(StandIn.Face.CANN8, "HEARTH_STANDIN_SOC", "Ascend910A"))))
                .singleElement()
                .asString()
                .startsWith("The card's chip Ascend910A is not one that Hearth can use");
    }

    @Test
    void noCardAtAllIsASentence() {
        assertThat(refusals(probe(standIn(StandIn.Face.CANN8, "HEARTH_STANDIN_DEVICES", "0"))))
                .singleElement()
                .asString()
                .startsWith("No Ascend card is used: CANN 8.1.RC1 finds no card.");
    }

    @Test
    void aCannThatDoesNotStartIsASentence() {
        assertThat(refusals(probe(standIn(StandIn.Face.CANN8, "HEARTH_STANDIN_FAIL", "aclInit:1:507899"))))
                .singleElement()
                .asString()
                .contains("the driver failed within itself")
                .contains("507899");
    }

    @Test
    void glueThatCannotBeUnpackedIsASentence() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        ChildProcess child =
                ChildProcess.run(standIn(StandIn.Face.CANN8), List.of("-Djna.tmpdir=" + file), DiscoveryProbe.class);
        assertThat(child.output()).contains("unharmed").doesNotContain("\tat ");
        assertThat(refusals(child.output()))
                .singleElement()
                .asString()
                .startsWith("The glue to CANN's libraries (JNA) cannot be unpacked into " + file)
                .contains("Set HEARTH_HOME to a folder that can be written to");
    }

    @Test
    void firmwareAndDriverThatDoNotGoTogetherAreSaid() throws IOException {
        Path driver = folder.resolve("driver");
        Files.createDirectories(driver);
        Files.createDirectories(folder.resolve("firmware"));
        Files.writeString(driver.resolve("version.info"), "Version=25.0.rc1\ncompatible_version=[V100R001C15]\n");
        Files.writeString(folder.resolve("firmware/version.info"), "Version=7.1.0.11.220\npackage_version=23.0.7\n");
        String output = probe(standIn(StandIn.Face.CANN8, "HEARTH_ASCEND_DRIVER", driver.toString()));
        assertThat(output).contains("card ");
        assertThat(output.lines().filter(line -> line.startsWith("warning ascend ")))
                .as("the card is used all the same")
                .hasSize(2)
                .anyMatch(line -> line.contains("firmware 7.1.0.11.220 (23.0.7) does not go with the driver 25.0.rc1"))
                .anyMatch(line -> line.contains("is not among those that the driver 25.0.rc1 says it works with"));
    }
}
