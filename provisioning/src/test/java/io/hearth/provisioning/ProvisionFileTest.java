package io.hearth.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvisionFileTest {
    private static final String FIRST = """
            version: 1
            role: first
            hostname: box-1
            further-nodes: true
            network:
              interface: eno1
              addresses: [10.0.0.5/24]
              gateway: 10.0.0.1
              dns:
                - 10.0.0.2
            time-servers: [time.house.example]
            disk:
              transport: nvme
              min-size: 500GB
              wipe: true
            language: zh
            """;

    /** What YAML gives a meaning to. */
    private static final String SIGNS = "{}[]:,&*!|>'\"%@`#-\n\t ";

    private static List<String> mistakes(String text) {
        Mistakes mistakes = catchThrowableOfType(Mistakes.class, () -> ProvisionFile.parse(text));
        assertThat(mistakes).as("the file was taken:%n%s", text).isNotNull();
        return mistakes.sentences();
    }

    @Test
    void takesWhatIsInOrder() throws Exception {
        ProvisionFile file = ProvisionFile.parse(FIRST);
        assertThat(file.first()).isTrue();
        assertThat(file.text("/network/addresses/0")).isEqualTo("10.0.0.5/24");
        assertThat(file.flag("/disk/wipe")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            role: first | role: boss | line 2: "role" is "boss"; it must be one of first, node.
            role: first | rolle: first | line 2: "rolle" is not known here; did you mean "role"?
            hostname: box-1 | hostname: Box_1 | line 3: "hostname" is "Box_1"; it must be of small letters
            further-nodes: true | further-nodes: perhaps | line 4: "further-nodes" is "perhaps"; it must be true or false.
            10.0.0.5/24 | 10.0.0.5 | line 7: "10.0.0.5" is no address with prefix
            10.0.0.5/24 | 10.0.0.500/24 | line 7: "10.0.0.500/24" is no address with prefix
            10.0.0.5/24 | 10.0.0.5/33 | line 7: "10.0.0.5/33" is no address with prefix
            gateway: 10.0.0.1 | gateway: router | line 8: "gateway" is "router"; that is no address.
            gateway: 10.0.0.1 | gateway: 10.0.1.1 | line 8: "gateway" 10.0.1.1 lies in none of the networks
            - 10.0.0.2 | - ns.house.example | line 10: "ns.house.example" is no address
            transport: nvme | transport: floppy | line 13: "disk.transport" is "floppy"; it must be one of nvme, sata, sas, virtio.
            min-size: 500GB | min-size: 500 | line 14: "disk.min-size" is 500; it must be a text (in quotation marks
            min-size: 500GB | min-size: big | line 14: "disk.min-size" is "big"; it is no size; it looks like 500GB or 1TiB.
            min-size: 500GB | max-size: 5MB, | line 14: "disk.max-size" is "5MB,"; it is no size
            wipe: true | slot-size: 1MB | line 15: "slot-size" is 1MB; it must be from 1GiB to 64GiB.
            version: 1 | version: 2 | line 1: "version" is 2; it must be 1.
            interface: eno1 | vlan: 5000 | line 6: "network.vlan" is 5000; it must be at most 4094.
            interface: eno1 | vlan: 20 | line 5: "addresses" and "vlan" need "interface" or "bond"
            role: first | role: node | line 2: A further node needs "join-code"
            language: zh | encryption: luks | line 16: "encryption" is "luks"; it must be one of none, tpm.
            language: zh | ssh-keys: [ssh-rsa] | line 16: This is no public key of OpenSSH.
            language: zh | models: [../other] | line 16: "models[0]" is "../other"; it must be the name of a folder
            language: zh | certificate: {file: a.pem} | line 16: "key" is missing in "certificate".
            language: zh | join-code: abcdefgh.0123456789abcdef | line 16: "join-code" is for a further node; this one is the first.
            language: zh | factory-reset: {hostname: box-1, order: Now} | line 16: "factory-reset.order" is "Now"; it must be a word of small letters
            language: zh | factory-reset: {hostname: box-1} | line 16: "order" is missing in "factory-reset".
            language: zh | language: &x zh | line 16: anchors (&) are not taken here.
            language: zh | role: node | line 16: "role" stands here a second time.
            """)
    void aMistakeIsNamedWithItsLine(String right, String wrong, String sentence) {
        assertThat(FIRST).contains(right);
        assertThat(mistakes(FIRST.replace(right, wrong)))
                .anySatisfy(said -> assertThat(said).startsWith(sentence));
    }

    @Test
    void allMistakesAreToldAtOnceInTheOrderOfTheirLines() {
        assertThat(mistakes(FIRST.replace("role: first", "role: boss").replace("language: zh", "language: la")))
                .containsExactly(
                        "line 2: \"role\" is \"boss\"; it must be one of first, node.",
                        "line 16: \"language\" is \"la\"; it must be one of en, zh.");
    }

    @Test
    void aDiskWithoutARuleIsRefused() {
        assertThat(mistakes("version: 1\nrole: first\ndisk: {wipe: true}\n"))
                .singleElement()
                .asString()
                .startsWith("line 3: \"disk\" has no rule that a disk could fit");
    }

    @Test
    void whatIsNoYamlIsToldWithItsLine() {
        assertThat(mistakes("version: 1\nrole: [first\n"))
                .singleElement()
                .asString()
                .startsWith("line 3: this is no YAML");
        assertThat(mistakes("")).containsExactly("line 1: the file is empty.");
        assertThat(mistakes("a: !!python/object:os.system {}\n"))
                .singleElement()
                .asString()
                .contains("is not taken here");
    }

    @Test
    void whatLooksLikeAFractionIsToldAsItWasWritten() {
        assertThat(mistakes(FIRST.replace("min-size: 500GB", "serial: 12e4")))
                .containsExactly("line 14: 12e4 is neither a whole number nor a text; a text that looks like a number"
                        + " needs quotation marks.");
    }

    @Test
    void damagedFilesGiveSentencesAndNothingElse() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder(FIRST);
            for (int change = random.nextInt(4); change >= 0; change--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 ->
                        text.insert(
                                at, (char) (random.nextInt(4) == 0 ? random.nextInt(0x3000) : 32 + random.nextInt(95)));
                    default -> text.setCharAt(at, SIGNS.charAt(random.nextInt(SIGNS.length())));
                }
            }
            try {
                ProvisionFile.parse(text.toString());
            } catch (Mistakes e) {
                assertThat(e.sentences())
                        .as("seed %d round %d", seed, round)
                        .isNotEmpty()
                        .allSatisfy(sentence -> assertThat(sentence).doesNotContain("Exception"));
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round + ":\n" + text, e);
            }
        }
    }

    @Test
    void theSchemaDocumentsEveryName() {
        String table = SchemaText.markdown(ProvisionFile.schemaTree());
        assertThat(table)
                .contains("| `role` (required) | `first`, `node` |", "`network.bond.mode`", "`disk.wipe`")
                .doesNotContain("|  |\n");
    }

    @Test
    void aHugeFileIsNotRead(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("provision.yaml"), "#".repeat(70_000));
        assertThatThrownBy(() -> ProvisionFile.read(file))
                .isInstanceOf(Mistakes.class)
                .hasMessageContaining("64 KiB");
    }
}
