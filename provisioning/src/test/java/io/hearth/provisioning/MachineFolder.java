package io.hearth.provisioning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * A folder that stands for "/" of a machine, for the image's own programs; {@code src/test/machine} has what stands in for the programs
 * that need a machine.
 */
record MachineFolder(Path root) {
    static final Path IMAGE =
            Path.of("../os-image/overlay/usr/lib/hearth").toAbsolutePath().normalize();

    /** With the rules of provision.yaml where the image's programs look for them. */
    static MachineFolder in(Path root) throws IOException {
        MachineFolder machine = new MachineFolder(root);
        machine.write(
                "usr/lib/hearth/java/bin/java",
                "#!/bin/bash\n# The class path of the image is another one here.\narguments=()\nwhile (($# > 0)); do\n"
                        + "  if [[ $1 == -cp ]]; then shift 2; else arguments+=(\"$1\"); shift; fi\ndone\n"
                        + "exec '" + System.getProperty("java.home") + "/bin/java' -cp '"
                        + Path.of("target/classes").toAbsolutePath() + ":"
                        + Path.of("target/lib").toAbsolutePath() + "/*' \"${arguments[@]}\"\n");
        Files.setPosixFilePermissions(
                machine.file("usr/lib/hearth/java/bin/java"), PosixFilePermissions.fromString("rwxr-xr-x"));
        machine.write("usr/lib/hearth/version", "0.1.0\n");
        machine.write("run/hearth/slot", "A\n");
        machine.write("run/hearth/mode", "disk\n");
        machine.write("run/hearth/secure-boot", "off\n");
        machine.write("dev/kmsg", "");
        Files.createDirectories(machine.file("efi"));
        return machine;
    }

    Map<String, String> environment() {
        return Map.of(
                "HEARTH_SYSTEM_ROOT",
                root.toString(),
                "PATH",
                Path.of("src/test/machine").toAbsolutePath() + ":/usr/sbin:/usr/bin:/sbin:/bin");
    }

    Path file(String path) {
        return root.resolve(path);
    }

    void write(String path, String text) throws IOException {
        Files.createDirectories(file(path).getParent());
        Files.writeString(file(path), text);
    }

    String read(String path) throws IOException {
        return Files.exists(file(path)) ? Files.readString(file(path)) : "";
    }
}
