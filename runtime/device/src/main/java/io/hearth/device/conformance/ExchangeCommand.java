package io.hearth.device.conformance;

import io.hearth.device.Collective;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.DeviceException;
import io.hearth.device.Devices;
import io.hearth.device.RendezvousFolder;
import io.hearth.device.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks the exchange between cards from a shell: {@code ExchangeCommand ascend:0 ascend:1} runs {@link ExchangeConformance} in a
 * process for each card. Exit status 0 if every rank passed, 1 if not.
 *
 * <p>{@code --rank R --of N --meet FOLDER --patience MILLISECONDS DEVICE} is one of these processes; with {@code --forever} it
 * exchanges until something happens.
 */
public final class ExchangeCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private int rank = -1;
    private int size;
    private Path folder;
    private Duration patience = PATIENCE;
    private boolean forever;
    private final List<String> devices = new ArrayList<>();

    private ExchangeCommand() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        ExchangeCommand command = new ExchangeCommand();
        if (!command.understands(arguments)) {
            System.err.println("Name two cards or more of one kind, such as: cuda:0 cuda:1");
            System.exit(2);
        }
        System.exit(command.rank >= 0 ? command.takePart() : command.launch());
    }

    private boolean understands(String[] arguments) {
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--rank" -> rank = Integer.parseInt(arguments[++i]);
                    case "--of" -> size = Integer.parseInt(arguments[++i]);
                    case "--meet" -> folder = Path.of(arguments[++i]);
                    case "--patience" -> patience = Duration.ofMillis(Long.parseLong(arguments[++i]));
                    case "--forever" -> forever = true;
                    default -> devices.add(arguments[i]);
                }
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return false;
        }
        return rank >= 0 ? folder != null && devices.size() == 1 : devices.size() > 1;
    }

    // ---- All of them -----------------------------------------------------------------------------------------------

    private int launch() throws IOException, InterruptedException {
        Path meeting = Files.createTempDirectory("hearth-exchange");
        List<Process> processes = new ArrayList<>();
        int status = 0;
        try {
            for (int each = 0; each < devices.size(); each++) {
                processes.add(
                        new ProcessBuilder(command(each, meeting)).inheritIO().start());
            }
            for (Process process : processes) {
                status = Math.max(status, process.waitFor() == 0 ? 0 : 1);
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
            try (var files = Files.list(meeting)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(meeting);
        }
        System.out.println(
                status == 0
                        ? "All exchanges between " + String.join(", ", devices) + " are right."
                        : "Exchanges between " + String.join(", ", devices) + " FAILED.");
        return status;
    }

    private List<String> command(int each, Path meeting) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                ExchangeCommand.class.getName(),
                "--rank",
                Integer.toString(each),
                "--of",
                Integer.toString(devices.size()),
                "--meet",
                meeting.toString(),
                devices.get(each)));
        return command;
    }

    // ---- One of them -----------------------------------------------------------------------------------------------

    private int takePart() {
        try (Device device = Devices.open(devices.getFirst());
                Collective ranks = device.join(new RendezvousFolder(folder), rank, size, patience)) {
            say("joined");
            if (forever) {
                exchangeForEver(device, ranks);
            }
            new ExchangeConformance(device, ranks, this::say).run();
            say("done");
            return 0;
        } catch (DeviceException | ConformanceFailure e) {
            say("failed: " + e.getMessage());
            return 1;
        }
    }

    private void say(String line) {
        System.out.println("rank " + rank + ": " + line);
        System.out.flush();
    }

    private void exchangeForEver(Device device, Collective ranks) {
        Tensor values = device.allocate(DType.F32, 100_000);
        for (int round = 0; ; round++) {
            ranks.allReduce(values);
            if (round % 3 == 0) {
                device.synchronize();
                say("round " + round);
            }
        }
    }
}
