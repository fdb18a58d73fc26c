package io.hearth.ui.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Problem;
import io.hearth.ui.machine.MachineProgress;
import io.hearth.ui.machine.MachineSocket;
import io.hearth.ui.machine.StandInMachine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image's own programs that look for sticks and write a bundle; {@link StandInMachine} says what stands in for a machine. */
class SupportStickTest {
    private static final String NAME = "hearth-support-hearth-\\d{8}-\\d{6}(-2)?\\.zip";
    private static final Path PROGRAMS = Path.of("../os-image/overlay/usr/lib/hearth/bin");

    @TempDir
    Path folder;

    private StandInMachine machine;
    private MachineSocket client;
    private Path bundle;
    private byte[] content;

    @BeforeEach
    void start() throws IOException {
        machine = new StandInMachine(folder);
        machine.shares(Files.createDirectory(folder.resolve("home")));
        client = new MachineSocket(machine.socket());
        bundle = Files.createDirectory(folder.resolve("home/support-stick")).resolve("bundle.zip");
        content = new byte[300_007];
        new Random(7).nextBytes(content);
        Files.write(bundle, content);
        machine.plugIn("1234-ABCD", "PROVISION", Map.of("provision.yaml", "version: 1\n".getBytes()));
    }

    @AfterEach
    void stop() throws IOException {
        machine.close();
    }

    private List<Stick> sticks() {
        List<Stick> sticks = new ArrayList<>();
        client.ask("support-sticks", Map.of())
                .path("sticks")
                .forEach(stick -> sticks.add(Json.read(stick, Stick.class)));
        return sticks;
    }

    private String id() {
        return sticks().getFirst().id();
    }

    private JsonNode write() {
        return client.ask("support-write", Map.of("stick", id()));
    }

    private Path stick() {
        return machine.file("devices/sdz1");
    }

    /** Names on the stick beyond what was there. */
    private List<String> onStick() throws IOException {
        try (Stream<Path> files = Files.list(stick())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("provision.yaml"))
                    .toList();
        }
    }

    private void nothingIsLeft() throws IOException {
        assertThat(onStick()).isEmpty();
        outOfUse();
    }

    private void outOfUse() {
        assertThat(Files.isSymbolicLink(machine.file("run/hearth/support/stick")))
                .as("the stick is out of use")
                .isFalse();
    }

    private void refused(String code, String sentence) throws IOException {
        String id = id();
        Problem problem = catchThrowableOfType(Problem.class, () -> client.ask("support-write", Map.of("stick", id)));
        assertThat(problem.sentence().key()).isEqualTo("machine.refused." + code);
        assertThat(problem).hasMessageContaining(sentence);
        nothingIsLeft();
    }

    @Test
    void writesTheBundleBesideWhatIsThere() throws IOException {
        List<MachineProgress> seen = new ArrayList<>();
        JsonNode written = client.ask("support-write", Map.of("stick", id()), seen::add);
        assertThat(written.path("file").asText()).matches(NAME);
        assertThat(written.path("stick").asText()).isEqualTo("PROVISION");
        assertThat(written.path("bytes").asLong()).isEqualTo(content.length);
        assertThat(onStick()).containsExactly(written.path("file").asText());
        assertThat(stick().resolve(written.path("file").asText())).hasBinaryContent(content);
        assertThat(stick().resolve("provision.yaml")).hasContent("version: 1");
        outOfUse();
        write();
        assertThat(onStick()).as("each has a name of its own").hasSize(2);
    }

    /** As lsblk tells them: sticks with and without partitions, and what is no stick or belongs to a machine. */
    @Test
    void offersSticksAndSaysWhyNotForOthers() throws IOException {
        machine.write("devices/lsblk.json", """
                {"blockdevices": [
                 {"path":"/dev/vda","type":"disk","size":1,"ro":false,"rm":false,"hotplug":false,"tran":"nvme","fstype":null,"uuid":null,"label":null,"partlabel":null,"mountpoints":[null],"model":"FAST",
                  "children":[{"path":"/dev/vda1","type":"part","size":1,"ro":false,"rm":false,"hotplug":false,"fstype":"vfat","uuid":"AAAA-0001","label":"inner","mountpoints":[null]}]},
                 {"path":"/dev/sda","type":"disk","size":9,"ro":false,"rm":false,"hotplug":true,"tran":"usb","fstype":null,"mountpoints":[null],"model":"Runs from here",
                  "children":[{"path":"/dev/sda1","type":"part","size":1,"fstype":"vfat","uuid":"AAAA-0002","label":"efi","mountpoints":["/efi"]},
                              {"path":"/dev/sda2","type":"part","size":1,"fstype":"ext4","uuid":"AAAA-0003","label":"free part","mountpoints":[null]}]},
                 {"path":"/dev/sdb","type":"disk","size":9,"ro":false,"rm":false,"hotplug":true,"tran":"usb","fstype":null,"mountpoints":[null],"model":"Another Hearth",
                  "children":[{"path":"/dev/sdb1","type":"part","size":1,"fstype":"vfat","uuid":"AAAA-0004","label":"x","partlabel":"hearth-esp","mountpoints":[null]}]},
                 {"path":"/dev/sdz","type":"disk","size":8000000000,"ro":false,"rm":true,"hotplug":true,"tran":"usb","fstype":null,"mountpoints":[null],"model":"Flash",
                  "children":[{"path":"/dev/sdz1","type":"part","size":7999000000,"ro":false,"fstype":"vfat","uuid":"1234-ABCD","label":"MY\\u001b[31mSTICK\\n","mountpoints":[null]}]},
                 {"path":"/dev/sdc","type":"disk","size":4000000000,"ro":false,"rm":true,"hotplug":true,"tran":"usb","fstype":"exfat","uuid":"1234-ABCD","label":null,"mountpoints":[null],"model":"Whole"},
                 {"path":"/dev/sdd","type":"disk","size":600000000,"ro":false,"rm":true,"hotplug":true,"tran":"usb","fstype":"iso9660","uuid":"2026-11-27-00-00-00-00","label":"HEARTH","mountpoints":[null],
                  "children":[{"path":"/dev/sdd2","type":"part","size":1,"fstype":"vfat","uuid":"AAAA-0005","label":"ESP","mountpoints":[null]}]},
                 {"path":"/dev/sde","type":"disk","size":5,"ro":true,"rm":true,"hotplug":true,"tran":"usb","fstype":"vfat","uuid":"AAAA-0006","label":"LOCKED","mountpoints":[null]},
                 {"path":"/dev/sdf","type":"disk","size":5,"ro":false,"rm":true,"hotplug":true,"tran":"usb","fstype":null,"uuid":null,"label":null,"mountpoints":[null],"model":"Blank"},
                 {"path":"/dev/sdg","type":"disk","size":5,"ro":false,"rm":true,"hotplug":true,"tran":"usb","fstype":"vfat","uuid":"../../x","label":"EVIL","mountpoints":[null]},
                 {"path":"/dev/sr0","type":"rom","size":5,"ro":false,"rm":true,"hotplug":true,"tran":"sata","fstype":null,"uuid":null,"mountpoints":[null],"model":"DVD"},
                 {"path":"/dev/mmcblk0boot0","type":"disk","size":5,"ro":true,"rm":false,"hotplug":true,"tran":null,"fstype":null,"uuid":null,"mountpoints":[null],"model":null}]}
                """);
        Files.createDirectories(machine.file("devices/sdc"));
        List<Stick> sticks = sticks();
        assertThat(sticks)
                .extracting(
                        Stick::label,
                        stick -> stick.refused() == null
                                ? "good"
                                : stick.refused().code())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("MY[31mSTICK", "good"),
                        org.assertj.core.groups.Tuple.tuple("Whole", "good"),
                        org.assertj.core.groups.Tuple.tuple("HEARTH", "stick-system"),
                        org.assertj.core.groups.Tuple.tuple("LOCKED", "stick-read-only"),
                        org.assertj.core.groups.Tuple.tuple("Blank", "stick-unformatted"),
                        org.assertj.core.groups.Tuple.tuple("EVIL", "stick-number"));
        assertThat(sticks).extracting(Stick::id).doesNotHaveDuplicates().allMatch(id -> id.matches("[0-9a-f]{16}"));
        assertThat(sticks.getFirst().size()).isEqualTo(7_999_000_000L);
        assertThat(sticks.getFirst().free()).isPositive();
        // By its id a stick of those is not written, whoever asks.
        for (Stick stick : sticks) {
            if (stick.refused() != null) {
                assertThatThrownBy(() -> client.ask("support-write", Map.of("stick", stick.id())))
                        .hasMessageContaining(stick.refused().text().substring(0, 20));
            }
        }
        client.ask("support-write", Map.of("stick", sticks.get(1).id()));
        assertThat(machine.file("devices/sdc").toFile().list()).hasSize(1);
        machine.write("devices/free", "1048576");
        assertThat(sticks().getFirst().refused().text()).contains("has 1 MiB left");
        machine.write("devices/lsblk.json", "{\"blockdevices\":[]}");
        assertThat(sticks()).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithTheStickAndLeavesNothing() throws IOException {
        machine.write("devices/read-only", "");
        refused("stick-read-only", "write-protected");
        Files.delete(machine.file("devices/read-only"));
        machine.write("devices/full", "");
        refused("stick-full", "The stick is full; nothing was left on it");
        Files.delete(machine.file("devices/full"));
        machine.write("devices/pull-stick", "");
        refused("stick-lost", "was pulled out");
        Files.delete(machine.file("devices/pull-stick"));
        String id = id();
        machine.write("devices/free", "1000");
        Problem small = catchThrowableOfType(Problem.class, () -> client.ask("support-write", Map.of("stick", id)));
        assertThat(small).hasMessageContaining("0 MiB left");
        Files.delete(machine.file("devices/free"));
        // Another stick in the same place.
        machine.plugIn("9999-0000", "OTHER", Map.of());
        assertThatThrownBy(() -> client.ask("support-write", Map.of("stick", id)))
                .hasMessageContaining("not plugged in any more");
        nothingIsLeft();
        write();
        assertThat(onStick()).hasSize(1);
    }

    /** Whatever the control plane leaves: only a file of its own, of a size that a bundle has, gets onto a stick. */
    @Test
    void takesNothingButABundleOfTheControlPlane() throws Exception {
        Path secret = machine.file("etc/secret");
        machine.write("etc/secret", "of root");
        Files.delete(bundle);
        refused("support-none", "no support bundle to write");
        Files.createSymbolicLink(bundle, secret);
        refused("support-none", "no support bundle to write");
        Files.delete(bundle);
        Files.createDirectory(bundle);
        refused("support-none", "no support bundle to write");
        Files.delete(bundle);
        new ProcessBuilder("mkfifo", bundle.toString()).start().waitFor();
        refused("support-none", "no support bundle to write");
        Files.delete(bundle);
        Files.createFile(bundle);
        refused("support-none", "no support bundle to write");
        try (RandomAccessFile file = new RandomAccessFile(bundle.toFile(), "rw")) {
            file.setLength((64L << 20) + 1);
        }
        refused("support-big", "has 64 MiB");
        Files.delete(bundle);
        if (Files.getOwner(folder).getName().equals("root")) {
            // A second name for a file of somebody else, by a folder that leads elsewhere.
            Files.write(bundle, content);
            Files.setOwner(
                    folder.resolve("home"),
                    folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
            refused("support-none", "no support bundle to write");
        }
    }

    /** Links under the names that come next lead nowhere, and stay as they are. */
    @Test
    void writesThroughNoLink() throws IOException {
        Path outside = machine.file("etc/outside");
        machine.write("etc/outside", "untouched");
        DateTimeFormatter form = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);
        Set<String> planted = new HashSet<>();
        String id = id();
        Instant now = Instant.now();
        for (int second = 0; second < 60; second++) {
            String name = "hearth-support-hearth-" + form.format(now.plusSeconds(second)) + ".zip";
            Path target = second % 2 == 0 ? outside : Path.of("/nowhere/at/all");
            planted.add(name + ".part");
            Files.createSymbolicLink(stick().resolve(name + ".part"), target);
            if (second % 3 == 0) {
                planted.add(name);
                Files.createSymbolicLink(stick().resolve(name), target);
            }
        }
        String file =
                client.ask("support-write", Map.of("stick", id)).path("file").asText();
        assertThat(file).matches(NAME).endsWith("-2.zip");
        assertThat(stick().resolve(file)).hasBinaryContent(content);
        assertThat(machine.read("etc/outside")).isEqualTo("untouched");
        assertThat(onStick()).hasSize(planted.size() + 1).containsAll(planted);
    }

    @Test
    void oneAtATimeAndCalledOff() throws Exception {
        String id = id();
        machine.write("devices/hold-stick", "");
        List<MachineProgress> seen = new ArrayList<>();
        CompletableFuture<Throwable> first = CompletableFuture.supplyAsync(() -> {
            try {
                client.ask("support-write", Map.of("stick", id), progress -> {
                    synchronized (seen) {
                        seen.add(progress);
                    }
                });
                return null;
            } catch (Problem e) {
                return e;
            }
        });
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (seenPercent(seen) < 40) {
            assertThat(System.nanoTime()).as("%s", seen).isLessThan(end);
            Thread.sleep(50);
        }
        assertThat(onStick()).singleElement().asString().endsWith(".part");
        assertThatThrownBy(() -> client.ask("support-write", Map.of("stick", id)))
                .hasMessageContaining("is being written onto a stick already");
        assertThatThrownBy(() -> client.ask("support-sticks", Map.of()))
                .hasMessageContaining("is being written onto a stick already");
        client.ask("support-cancel", Map.of());
        assertThat(first.get(60, TimeUnit.SECONDS)).hasMessageContaining("called off; nothing was left");
        nothingIsLeft();
        Files.delete(machine.file("devices/hold-stick"));
        client.ask("support-cancel", Map.of());
        write();
        assertThat(onStick()).hasSize(1);
    }

    private static int seenPercent(List<MachineProgress> seen) {
        synchronized (seen) {
            return seen.isEmpty() ? 0 : seen.getLast().progress();
        }
    }

    /** The program that writes is killed, and the request that waits says so. */
    @Test
    void aKilledWriterIsToldAndTheNextOneWorks() throws Exception {
        String id = id();
        machine.write("devices/hold-stick", "");
        CompletableFuture<Problem> asked = CompletableFuture.supplyAsync(() ->
                catchThrowableOfType(Problem.class, () -> client.ask("support-write", Map.of("stick", id))));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (onStick().isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(50);
        }
        ProcessHandle writer = ProcessHandle.of(
                        Long.parseLong(machine.read("devices/writer").strip()))
                .orElseThrow();
        List<ProcessHandle> all = writer.descendants().toList();
        writer.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        assertThat(asked.get(60, TimeUnit.SECONDS)).hasMessageContaining("was interrupted");
        assertThat(onStick()).singleElement().asString().endsWith(".part");
        // The unit's mounts end with it.
        Files.delete(machine.file("run/hearth/support/stick"));
        Files.delete(machine.file("devices/hold-stick"));
        String file = write().path("file").asText();
        assertThat(stick().resolve(file)).hasBinaryContent(content);
    }

    /** Before any of its commands: what has the final name is whole, and what was there is as it was. */
    @Test
    void aPowerCutLeavesNoHalfBundle() throws Exception {
        String id = id();
        machine.write("run/hearth/support/order", id + "\ncontrol-plane\n");
        int cut = 0;
        int whole = 0;
        int halves = 0;
        int code = -1;
        for (int at = 1; code != 0; at += 3) {
            // Every second time the stick is slow, and the cut comes while a half is written.
            boolean slow = at % 2 == 0;
            if (slow) {
                machine.write("devices/hold-stick", "");
            } else {
                Files.deleteIfExists(machine.file("devices/hold-stick"));
            }
            code = writerKilledAt(at);
            for (String name : onStick()) {
                if (name.endsWith(".part")) {
                    long size = Files.size(stick().resolve(name));
                    assertThat(size).isLessThanOrEqualTo(content.length);
                    halves += size == content.length / 2 ? 1 : 0;
                } else {
                    assertThat(name).matches(NAME);
                    assertThat(stick().resolve(name)).as("killed at %d", at).hasBinaryContent(content);
                    whole++;
                }
                Files.delete(stick().resolve(name));
            }
            assertThat(stick().resolve("provision.yaml")).hasContent("version: 1");
            assertThat(bundle).hasBinaryContent(content);
            Files.deleteIfExists(machine.file("run/hearth/support/stick"));
            cut++;
        }
        assertThat(cut).isGreaterThan(20);
        assertThat(halves).as("killed in the middle of the writing").isPositive();
        assertThat(whole).as("killed after the renaming, and not at all").isGreaterThan(1);
    }

    private int writerKilledAt(int command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                "setsid", "bash", PROGRAMS.resolve("write-support").toString());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH",
                        Path.of("src/test/machine").toAbsolutePath() + ":/usr/sbin:/usr/bin:/sbin:/bin",
                        "HEARTH_SYSTEM_ROOT",
                        machine.file("").toString(),
                        "BASH_ENV",
                        Path.of("../provisioning/src/test/machine/crash.sh")
                                .toAbsolutePath()
                                .toString(),
                        "HEARTH_CRASH_AT",
                        Integer.toString(command)));
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(machine.file("journal").toFile()))
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** Requests of any kind are refused, and neither run nor write anything. */
    @Test
    void whateverComesInIsNeverAPathOrACommand() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String good = id();
        List<Object> fixed = List.of(
                "../../../etc",
                "/dev/sdz1",
                good + "\n" + good,
                good.toUpperCase(),
                good + " ",
                "$(touch pwned)",
                "`id`",
                "*",
                "",
                List.of(good),
                Map.of("a", good),
                5,
                true,
                "0".repeat(16));
        for (int round = 0; round < 60; round++) {
            Object stick = round < fixed.size() ? fixed.get(round) : text(random);
            Map<String, Object> arguments = random.nextInt(4) == 0
                    ? Map.of("stick", stick, "path", "/etc/shadow")
                    : random.nextInt(6) == 0 ? Map.of("file", stick) : Map.of("stick", stick);
            if (good.equals(stick)) {
                continue;
            }
            Problem problem = catchThrowableOfType(Problem.class, () -> client.ask("support-write", arguments));
            assertThat(problem).as("seed %d, %s", seed, arguments).isNotNull();
            assertThat(problem.sentence().key())
                    .as("seed %d, %s", seed, arguments)
                    .isIn("machine.refused.argument", "machine.refused.stick-away");
        }
        nothingIsLeft();
        assertThat(folder.resolve("pwned")).doesNotExist();
        assertThat(Path.of("pwned")).doesNotExist();
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(24);
        for (int i = 0; i < length; i++) {
            text.append((char)
                    (random.nextInt(3) == 0
                            ? random.nextInt(1, 0x300)
                            : "0123456789abcdef$`;|&/.".charAt(random.nextInt(23))));
        }
        return text.toString();
    }
}
