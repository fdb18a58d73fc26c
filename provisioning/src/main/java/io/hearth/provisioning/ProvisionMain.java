package io.hearth.provisioning;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./hearth provision}: checks provisioning files, documents them, writes sticks, and serves the installer. */
@Command(
        name = "provision",
        description = "Files that say what new machines become.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ProvisionMain.Check.class,
            ProvisionMain.Schema.class,
            ProvisionMain.Stick.class,
            ProvisionMain.Install.class,
            ProvisionMain.Reset.class,
            ProvisionMain.Network.class
        })
public final class ProvisionMain implements Callable<Integer> {
    private static final int MISTAKES = 2;

    private ProvisionMain() {}

    public static void main(String[] arguments) {
        CommandLine command = new CommandLine(new ProvisionMain());
        command.setExecutionExceptionHandler((failure, line, parsed) -> {
            if (failure instanceof Mistakes mistakes) {
                mistakes.sentences().forEach(System.err::println);
                return MISTAKES;
            } else if (failure instanceof NoSuchFileException missing) {
                System.err.println("There is no file " + missing.getMessage() + ".");
                return MISTAKES;
            } else if (failure instanceof MalformedInputException) {
                System.err.println("A file is not written in UTF-8.");
                return MISTAKES;
            } else if (failure instanceof IOException io) {
                System.err.println("A file could not be read or written: " + io.getMessage());
                return 1;
            }
            throw failure;
        });
        System.exit(command.execute(arguments));
    }

    @Override
    public Integer call() {
        CommandLine.usage(this, System.err);
        return MISTAKES;
    }

    @Command(name = "check", description = "Says everything that is wrong with a provision.yaml, line by line.")
    static final class Check implements Callable<Integer> {
        @Parameters(paramLabel = "FILE")
        Path file;

        @Override
        public Integer call() throws Mistakes, IOException {
            ProvisionFile read = ProvisionFile.read(file);
            StickFiles.read(read, file.toAbsolutePath().getParent(), Clock.systemUTC());
            System.out.println(file + " is in order: "
                    + (read.first() ? "a first node" : "a further node of " + read.text("/control-plane")) + ".");
            return 0;
        }
    }

    @Command(name = "schema", description = "Prints the JSON schema of provision.yaml, or a table made of it.")
    static final class Schema implements Callable<Integer> {
        @Option(names = "--markdown", description = "as a table for the documentation")
        boolean markdown;

        @Override
        public Integer call() {
            System.out.print(
                    markdown
                            ? SchemaText.markdown(ProvisionFile.schemaTree())
                            : ProvisionFile.schemaTree().toPrettyString() + "\n");
            return 0;
        }
    }

    @Command(
            name = "stick",
            description = {
                "Writes stick images labelled PROVISION, one for each box.",
                "Copy one onto a stick: dd if=IMAGE of=/dev/sdX bs=1M, or put its provision.yaml onto a FAT stick of"
                        + " that label."
            })
    static final class Stick implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "the provision.yaml")
        Path file;

        @Option(names = "--output", required = true, description = "folder for the images; new, or empty")
        Path output;

        @Option(
                names = "--codes",
                description =
                        "file with a one-time join code on each line: one box for each, named HOSTNAME-1, HOSTNAME-2"
                                + " ...")
        Path codes;

        @Override
        public Integer call() throws Mistakes, IOException, InterruptedException {
            List<String> each = codes == null ? List.of() : Files.readAllLines(codes);
            StickImages.write(Files.readString(file), each, output).forEach(System.out::println);
            return 0;
        }
    }

    @Command(
            name = "install",
            hidden = true,
            description = "For the installer: chooses the disk and writes the machine's settings.")
    static final class Install implements Callable<Integer> {
        @Option(names = "--file", required = true)
        Path file;

        @Option(names = "--disks", required = true, description = "what lsblk --json says")
        Path disks;

        @Option(names = "--settings", required = true)
        Path settings;

        @Override
        public Integer call() throws Mistakes, IOException {
            ProvisionFile read = ProvisionFile.read(file);
            FactoryReset.mustNotBeIn(read);
            StickFiles beside = StickFiles.read(read, file.toAbsolutePath().getParent(), Clock.systemUTC());
            Disk disk = Disk.choose(read, beside.bytes(), Disk.read(disks));
            MachineSettings.write(read, beside, settings);
            System.out.println(disk.path() + " " + (Disk.slot(read) >> 20));
            return 0;
        }
    }

    @Command(
            name = "reset",
            hidden = true,
            description =
                    "For a machine that runs: whether the file orders its factory reset; writes the settings that it has"
                            + " afterwards, and prints the word of the order.")
    static final class Reset implements Callable<Integer> {
        @Option(names = "--file", required = true)
        Path file;

        @Option(names = "--disks", required = true, description = "what lsblk --json says")
        Path disks;

        @Option(names = "--disk", required = true, description = "the device that the data lie on")
        String disk;

        @Option(names = "--name", required = true, description = "the name that the machine has now")
        String name;

        @Option(names = "--encrypted", description = "the data are")
        boolean encrypted;

        @Option(names = "--settings", required = true)
        Path settings;

        @Override
        public Integer call() throws Mistakes, IOException {
            ProvisionFile read = ProvisionFile.read(file);
            StickFiles beside = StickFiles.read(read, file.toAbsolutePath().getParent(), Clock.systemUTC());
            FactoryReset.mustBeFor(read, name, Disk.read(disks), disk, encrypted);
            MachineSettings.write(read, beside, settings);
            System.out.println(read.text("/factory-reset/order"));
            return 0;
        }
    }

    @Command(
            name = "network",
            hidden = true,
            description = "For a machine that runs: checks the group network of a file and writes what systemd-networkd"
                    + " reads.")
    static final class Network implements Callable<Integer> {
        @Option(names = "--file", required = true)
        Path file;

        @Option(names = "--settings", required = true)
        Path settings;

        @Override
        public Integer call() throws Mistakes, IOException {
            MachineSettings.writeNetwork(ProvisionFile.read(file), settings);
            return 0;
        }
    }
}
