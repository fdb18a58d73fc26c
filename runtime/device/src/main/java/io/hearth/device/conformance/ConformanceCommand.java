package io.hearth.device.conformance;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the kit from a shell: {@code ConformanceCommand cpu:0 cuda:0 --seed 7 --kernel attention --rounds 20}. Exit status 0
 * if every device passed, 1 if a check failed, 2 if a device was absent or the command was wrong. With {@code --lines FILE}
 * each result is also written to a file as soon as it is known, {@linkplain CheckResult#line as a line}.
 */
public final class ConformanceCommand {
    private ConformanceCommand() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Prints the reports and returns the exit status. */
    static int run(String... arguments) {
        List<String> devices = new ArrayList<>();
        ConformanceKit.Options options = ConformanceKit.Options.standard();
        Path lines = null;
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--seed" -> options = options.withSeed(Long.parseLong(arguments[++i]));
                    case "--rounds" -> options = options.withRounds(Integer.parseInt(arguments[++i]));
                    case "--kernel" -> options = options.withKernel(arguments[++i]);
                    case "--lines" -> lines = Path.of(arguments[++i]);
                    default -> devices.add(arguments[i]);
                }
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            System.err.println("--seed and --rounds are followed by a number, --kernel by the name of a kernel, "
                    + "--lines by a file.");
            return 2;
        }
        if (devices.isEmpty()) {
            System.err.println("Name the devices to check, such as: cpu:0 cuda:0 --seed 7");
            return 2;
        }
        try (PrintWriter out = writer(lines)) {
            return check(devices, options, out);
        } catch (IOException e) {
            System.err.println("The results cannot be written to " + lines + ": " + e.getMessage());
            return 2;
        }
    }

    private static PrintWriter writer(Path lines) throws IOException {
        return lines == null
                ? new PrintWriter(PrintWriter.nullWriter())
                : new PrintWriter(Files.newBufferedWriter(lines, StandardCharsets.UTF_8), true);
    }

    private static int check(List<String> devices, ConformanceKit.Options options, PrintWriter lines) {
        int status = 0;
        for (String device : devices) {
            ConformanceReport report = ConformanceKit.run(device, options, result -> lines.println(result.line()));
            System.out.println(report.table());
            status = Math.max(
                    status,
                    switch (report.outcome()) {
                        case PASSED -> 0;
                        case FAILED -> 1;
                        case SKIPPED -> 2;
                    });
        }
        return status;
    }
}
