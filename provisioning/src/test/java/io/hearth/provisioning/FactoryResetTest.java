package io.hearth.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The image's programs that order and carry out a factory reset, on files: {@link MachineFolder}. */
class FactoryResetTest {
    private static final byte[] CANARY = "CANARY-of-the-old-data".getBytes(StandardCharsets.US_ASCII);
    private static final int MIB = 1 << 20;
    private static final String ORDER = """
            version: 1
            role: first
            hostname: box-9
            network: {interface: eno1, addresses: [10.0.0.9/24]}
            disk: {serial: S-1, wipe: true}
            factory-reset:
              hostname: box-1
              order: "2026-11-27"
            """;

    private MachineFolder machine;

    /** Not below /tmp, which may be a file system in memory: not every kernel lets that be read and written past its cache. */
    @BeforeEach
    void machine() throws Exception {
        machine = MachineFolder.in(Files.createTempDirectory(Path.of("target").toAbsolutePath(), "reset-"));
        Path data = machine.file("dev/disk/by-partlabel/hearth-data");
        Files.createDirectories(data.getParent());
        try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
            file.setLength(12L * MIB + 4096);
            for (long at = 3000; at < file.length() - 100; at += MIB + 1) {
                file.seek(at);
                file.write(CANARY);
            }
        }
        machine.write("devices/ptuuid", "11111111-2222-3333-4444-555555555555\n");
        machine.write("devices/disks.json", """
                {"blockdevices": [{"path":"/dev/vda","type":"disk","size":64000000000,"model":"FAST","serial":"S-1","tran":"nvme",
                 "rm":false,"ro":false,"mountpoints":[null],"partlabel":null,"fstype":null}]}
                """);
        machine.write("devices/discard", "forgets");
        plugIn(ORDER);
    }

    @AfterEach
    void tidy() throws IOException {
        Files.walkFileTree(machine.root(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void plugIn(String file) throws IOException {
        machine.write("devices/stick/provision.yaml", file);
        machine.write("dev/disk/by-label/PROVISION", "");
    }

    private int run(String program, Map<String, String> more, String... arguments) throws Exception {
        Map<String, String> environment = new HashMap<>(machine.environment());
        environment.put("HEARTH_RESET_WARNING", "2");
        environment.putAll(more);
        // A session of its own, so that a power cut can end all of it.
        ProcessBuilder builder = new ProcessBuilder(
                "setsid", "bash", MachineFolder.IMAGE.resolve("bin/" + program).toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(machine.file("journal").toFile()))
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private byte[] data() throws IOException {
        return Files.readAllBytes(machine.file("dev/disk/by-partlabel/hearth-data"));
    }

    private boolean holdsOldData() throws IOException {
        String bytes = new String(data(), StandardCharsets.ISO_8859_1);
        return bytes.contains(new String(CANARY, StandardCharsets.US_ASCII));
    }

    /** A start, as open-data does it. */
    private int start(Map<String, String> more) throws Exception {
        return Files.exists(machine.file("efi/hearth-reset/order")) ? run("erase-data", more) : 0;
    }

    private void isNewMachineOfTheFile() throws IOException {
        assertThat(holdsOldData()).isFalse();
        assertThat(machine.file("efi/hearth-reset/order")).doesNotExist();
        assertThat(machine.file("efi/hearth-reset/done-2026-11-27")).exists();
        assertThat(machine.read("devices/data/lib/hearth-system/name")).isEqualTo("box-9\n");
        assertThat(machine.read("devices/data/lib/hearth-system/network/14-hearth.network"))
                .contains("10.0.0.9/24");
    }

    @Test
    void aStickResetsTheMachineThatItNamesOnce() throws Exception {
        assertThat(run("reset-from-stick", Map.of())).isZero();
        assertThat(machine.read("systemctl")).contains("reboot");
        assertThat(holdsOldData()).as("before the next start").isTrue();
        assertThat(machine.read("efi/hearth-reset/order"))
                .startsWith("order=2026-11-27\nname=box-1\ndata=plain\nencryption=none\nfile=");
        assertThat(start(Map.of())).isZero();
        isNewMachineOfTheFile();
        assertThat(machine.read("dev/kmsg")).contains("the disk has forgotten them");
        assertThat(machine.read("devices/stick/hearth-reset-box-1.txt"))
                .contains("order 2026-11-27 is taken", "the data of box-1 are erased");
        assertThat(machine.read("devices/stick/hearth-reset-order-2026-11-27.txt"))
                .contains("box-1");

        // The stick is left in.
        Files.delete(machine.file("systemctl"));
        assertThat(run("reset-from-stick", Map.of())).isZero();
        assertThat(machine.read("run/hearth/stick-says"))
                .startsWith("the order 2026-11-27 of the stick was carried out before");
        assertThat(machine.file("systemctl")).doesNotExist();

        // A stick that does not remember.
        Files.delete(machine.file("devices/stick/hearth-reset-order-2026-11-27.txt"));
        assertThat(run("reset-from-stick", Map.of())).isZero();
        assertThat(machine.file("efi/hearth-reset/order")).doesNotExist();
    }

    @Test
    void anotherMachineOfTheSameNameRefusesTheStick() throws Exception {
        machine.write("devices/ptuuid", "of the first one\n");
        run("reset-from-stick", Map.of());
        Files.delete(machine.file("efi/hearth-reset/order"));
        machine.write("devices/ptuuid", "of the second one\n");
        assertThat(run("reset-from-stick", Map.of())).isZero();
        assertThat(machine.read("run/hearth/stick-says"))
                .startsWith("nothing was erased: the order 2026-11-27 was used for another machine.");
        assertThat(machine.file("efi/hearth-reset/order")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            hostname: box-1 | hostname: box-2 | line 7: the order is for the machine box-2; this one is called box-1.
            serial: S-1 | serial: S-2 | line 5: the disk of this machine, /dev/vda (64 GB, FAST), does not fit the rules of "disk": not the serial number asked for.
            , wipe: true | '' | line 6: "factory-reset" erases what the machine keeps: "disk" must say "wipe: true".
            order: "2026-11-27" | order: 5 | line 8: "factory-reset.order" is 5; it must be a text
            order: "2026-11-27" | order: "a b" | line 8: "factory-reset.order" is "a b"; it must be a word of small letters
            order: "2026-11-27" | word: x | "order" is missing in "factory-reset".
            role: first | role: boss | line 2: "role" is "boss"
            """)
    void whatDoesNotFitIsToldAndNothingHappens(String right, String wrong, String sentence) throws Exception {
        assertThat(ORDER).contains(right);
        plugIn(ORDER.replace(right, wrong == null ? "" : wrong));
        assertThat(run("reset-from-stick", Map.of())).isZero();
        assertThat(machine.read("run/hearth/stick-says"))
                .startsWith("nothing was erased: ")
                .contains(sentence);
        assertThat(machine.read("devices/stick/hearth-reset-box-1.txt")).contains(sentence);
        assertThat(machine.file("efi/hearth-reset/order")).doesNotExist();
        assertThat(machine.file("systemctl")).doesNotExist();
    }

    @Test
    void encryptedDataAreNotReplacedByPlainOnesUnasked() throws Exception {
        machine.write("run/hearth/data-encrypted", "");
        assertThat(run("reset-from-stick", Map.of())).isZero();
        assertThat(machine.read("run/hearth/stick-says")).contains("Write \"encryption: tpm\".");
        plugIn(ORDER + "encryption: tpm\n");
        assertThat(run("reset-from-stick", Map.of())).isZero();
        assertThat(machine.read("run/hearth/stick-says")).contains("this machine has none that the firmware shows");
        machine.write("dev/tpmrm0", "");
        machine.write("devices/read-only", "");
        assertThat(run("reset-from-stick", Map.of())).isZero();
        assertThat(machine.read("run/hearth/stick-says"))
                .contains("the recovery key of the encryption has to be put there");
        assertThat(machine.file("efi/hearth-reset/order")).doesNotExist();
    }

    @Test
    void pullingTheStickOutStopsIt() throws Exception {
        machine.write("devices/pull", "");
        assertThat(run("reset-from-stick", Map.of())).isZero();
        assertThat(machine.read("run/hearth/stick-says")).isEqualTo("nothing was erased: the stick was pulled out.\n");
        assertThat(machine.file("efi/hearth-reset/order")).doesNotExist();
        assertThat(machine.file("devices/stick/hearth-reset-order-2026-11-27.txt"))
                .doesNotExist();
    }

    @Test
    void anInstallerRefusesTheFile() throws Exception {
        ProvisionFile file = ProvisionFile.parse(ORDER);
        assertThatThrownBy(() -> FactoryReset.mustNotBeIn(file))
                .isInstanceOf(Mistakes.class)
                .hasMessageStartingWith("line 6: \"factory-reset\" is for a machine that is installed");
    }

    @Test
    void otherSticksAreLeftAlone() throws Exception {
        plugIn(ORDER.substring(0, ORDER.indexOf("factory-reset")));
        assertThat(run("reset-from-stick", Map.of())).isZero();
        assertThat(machine.file("run/hearth/stick-says")).doesNotExist();
    }

    /** A disk that takes the request and does nothing, and one that knows no such request. */
    @ParameterizedTest
    @CsvSource({"lies", "cannot"})
    void aDiskThatDoesNotForgetIsOverwritten(String discard) throws Exception {
        machine.write("devices/discard", discard);
        run("reset-from-stick", Map.of());
        assertThat(start(Map.of())).isZero();
        isNewMachineOfTheFile();
        assertThat(machine.read("dev/kmsg"))
                .contains("it is overwritten once with zeros, 12 MiB", "overwritten once with zeros");
    }

    @Test
    void withoutTheStickItBecomesAMachineThatNobodyHasSetUp() throws Exception {
        run("reset-from-stick", Map.of());
        Files.delete(machine.file("dev/disk/by-label/PROVISION"));
        assertThat(start(Map.of())).isZero();
        assertThat(holdsOldData()).isFalse();
        assertThat(machine.read("dev/kmsg")).contains("this becomes a machine that nobody has set up");
        assertThat(machine.file("devices/data/lib/hearth-system/name")).doesNotExist();
        assertThat(machine.file("efi/hearth-reset/done-2026-11-27")).exists();
    }

    @Test
    void theScreenOrdersOnlyWhatCanBeDone() throws Exception {
        machine.write("run/hearth/data-encrypted", "");
        Files.delete(machine.file("dev/disk/by-label/PROVISION"));
        assertThat(run("order-reset", Map.of())).isEqualTo(1);
        assertThat(machine.read("run/hearth/reset-refused"))
                .contains("Nothing was erased: the new recovery key needs a stick labelled PROVISION");
        Files.delete(machine.file("run/hearth/data-encrypted"));
        Files.delete(machine.file("run/hearth/slot"));
        assertThat(run("order-reset", Map.of())).isEqualTo(1);
        assertThat(machine.read("run/hearth/reset-refused")).contains("runs from a medium");
        assertThat(machine.file("efi/hearth-reset")).doesNotExist();
        machine.write("run/hearth/slot", "A\n");
        assertThat(run("order-reset", Map.of())).isZero();
        assertThat(start(Map.of())).isZero();
        assertThat(holdsOldData()).isFalse();
        assertThat(machine.file("efi/hearth-reset").toFile().list()).isEmpty();
        assertThat(machine.file("devices/data/lib/hearth-system/name")).doesNotExist();
    }

    /** Before any of its commands: either nothing was ordered and the data are whole, or the order is, and is carried out. */
    @ParameterizedTest
    @CsvSource({"order-reset, 2, 5", "reset-from-stick, 15, 4"})
    void aPowerCutWhileItIsOrderedLeavesAllOrNothing(String program, int step, int least) throws Exception {
        byte[] before = data();
        int ordered = 0;
        int cut = 0;
        int code = -1;
        for (int at = 1; code != 0; at += step) {
            code = run(program, crashAt(at));
            assertThat(data()).isEqualTo(before);
            if (Files.exists(machine.file("efi/hearth-reset/order"))) {
                ordered++;
                assertThat(machine.read("efi/hearth-reset/order"))
                        .matches("(?s)order=.*\nname=box-1\ndata=plain\nencryption=none\nfile=[0-9a-f]*\n");
                Files.delete(machine.file("efi/hearth-reset/order"));
            }
            powerOn();
            cut++;
        }
        assertThat(cut).isGreaterThan(least);
        assertThat(ordered).isPositive();
    }

    /** Before any of its commands: the order stays until the data are erased, and the next start ends it. */
    @ParameterizedTest
    @CsvSource({"order-reset, 9, 6", "reset-from-stick, 60, 2"})
    void aPowerCutWhileItErasesIsMadeUpForByTheNextStart(String program, int step, int least) throws Exception {
        run(program, Map.of());
        String order = machine.read("efi/hearth-reset/order");
        byte[] before = data();
        int cut = 0;
        int code = -1;
        for (int at = 1; code != 0; at += step) {
            Files.write(machine.file("dev/disk/by-partlabel/hearth-data"), before);
            Files.deleteIfExists(machine.file("efi/hearth-reset/done-2026-11-27"));
            machine.write("efi/hearth-reset/order", order);
            machine.write("devices/discard", at % 4 == 1 ? "forgets" : "lies");
            code = start(crashAt(at));
            powerOn();
            assertThat(start(Map.of()))
                    .as("after a cut before command %d: %s", at, machine.read("journal"))
                    .isZero();
            assertThat(holdsOldData()).isFalse();
            assertThat(machine.file("efi/hearth-reset/order")).doesNotExist();
            assertThat(machine.file("devices/data/lib/hearth-system/encryption"))
                    .hasContent("none");
            if (program.equals("reset-from-stick")) {
                isNewMachineOfTheFile();
            }
            cut++;
        }
        assertThat(cut).isGreaterThan(least);
    }

    private static Map<String, String> crashAt(int command) {
        return Map.of(
                "BASH_ENV",
                Path.of("src/test/machine/crash.sh").toAbsolutePath().toString(),
                "HEARTH_CRASH_AT",
                Integer.toString(command));
    }

    /** What lies in memory is gone, and nothing is mounted. */
    private void powerOn() throws IOException {
        for (String place : List.of("run/hearth/stick", "run/hearth/new-data")) {
            if (Files.isSymbolicLink(machine.file(place))) {
                Files.delete(machine.file(place));
            }
        }
    }
}
