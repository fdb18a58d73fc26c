package io.hearth.worker;

import io.hearth.contract.ExitCode;
import io.hearth.device.DeviceInfo;
import io.hearth.device.DeviceProvider;
import io.hearth.device.Devices;
import io.hearth.worker.process.Json;
import io.hearth.worker.process.Terminal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the cards that can be used, and why others cannot. */
@Command(
        name = "doctor",
        description = "List the devices of this machine, and why others cannot be used.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--json", description = "for programs: one JSON object")
    private boolean json;

    private final OutputStream out;
    private final Terminal terminal;

    DoctorCommand(OutputStream out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /**
     * What a program is told.
     *
     * @param java version of Java
     * @param system operating system and architecture
     * @param cards cards that can be used
     * @param refusals why others cannot, a sentence each
     * @param warnings what is amiss with cards that can be used
     * @param libraries what the makers' libraries on this machine have and lack, as lines for a person
     */
    record Report(
            String java,
            String system,
            List<Card> cards,
            List<String> refusals,
            List<DeviceProvider.Warning> warnings,
            List<String> libraries) {}

    /** A card: its id as files name it, and what {@link DeviceInfo} says of it. */
    record Card(
            String id,
            String kind,
            int index,
            String name,
            String detail,
            long totalBytes,
            long freeBytes,
            int threads,
            String hardwareId) {
        static Card of(DeviceInfo card) {
            return new Card(
                    card.id(),
                    card.kind(),
                    card.index(),
                    card.name(),
                    card.detail(),
                    card.totalBytes(),
                    card.freeBytes(),
                    card.threads(),
                    card.hardwareId());
        }
    }

    @Override
    public Integer call() throws IOException {
        DeviceProvider.Discovery found = Devices.discover();
        if (json) {
            out.write((Json.MAPPER.writeValueAsString(report(found)) + "\n").getBytes(StandardCharsets.UTF_8));
        } else {
            print(found, terminal.out());
        }
        return found.cards().isEmpty() ? ExitCode.USAGE : ExitCode.DONE;
    }

    private static Report report(DeviceProvider.Discovery found) {
        return new Report(
                Runtime.version().toString(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                found.cards().stream().map(Card::of).toList(),
                found.refusals(),
                found.warnings(),
                Devices.report());
    }

    private static void print(DeviceProvider.Discovery found, PrintStream out) {
        out.printf(
                "Java      %s, %s %s%n",
                Runtime.version(), System.getProperty("os.name"), System.getProperty("os.arch"));
        for (DeviceInfo card : found.cards()) {
            out.printf(
                    Locale.ROOT,
                    "%-9s %s, %d threads, %.1f of %.1f GiB free%n          %s%n",
                    card.id(),
                    card.name(),
                    card.threads(),
                    card.freeBytes() / 0x1p30,
                    card.totalBytes() / 0x1p30,
                    card.detail());
        }
        found.warnings().forEach(warning -> out.println("warning   " + warning.sentence()));
        found.refusals().forEach(refusal -> out.println("not used  " + refusal));
        if (found.cards().isEmpty()) {
            out.println("There is no device that Hearth can use.");
        }
        List<String> libraries = Devices.report();
        if (!libraries.isEmpty()) {
            out.println();
            libraries.forEach(out::println);
        }
    }
}
