package io.hearth.worker;

import io.hearth.contract.ExitCode;
import io.hearth.device.DeviceInfo;
import io.hearth.device.DeviceProvider;
import io.hearth.device.Devices;
import io.hearth.worker.process.Terminal;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Lists the cards that can be used, and why others cannot. */
@Command(name = "doctor", description = "List the devices of this machine, and why others cannot be used.")
final class DoctorCommand implements Callable<Integer> {
    private final Terminal terminal;

    DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        PrintStream out = terminal.out();
        out.printf(
                "Java      %s, %s %s%n",
                Runtime.version(), System.getProperty("os.name"), System.getProperty("os.arch"));
        DeviceProvider.Discovery found = Devices.discover();
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
        found.refusals().forEach(refusal -> out.println("not used  " + refusal));
        if (found.cards().isEmpty()) {
            out.println("There is no device that Hearth can use.");
            return ExitCode.USAGE;
        }
        return ExitCode.DONE;
    }
}
