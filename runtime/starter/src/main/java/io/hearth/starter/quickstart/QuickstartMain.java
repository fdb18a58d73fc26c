package io.hearth.starter.quickstart;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The quickstart's program. Its argument is the folder with the sample, and {@code --exit} if the appliance is stopped at the end;
 * the appliance is the one that runs in {@code HEARTH_HOME}. Exit codes: 0, 1 (it failed, or there was no gain), 2 (it was called wrongly).
 */
public final class QuickstartMain {
    private static final int USUAL_COLUMNS = 100;

    private QuickstartMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        String home = System.getenv("HEARTH_HOME");
        boolean exit = arguments.length == 2 && arguments[1].equals("--exit");
        if (arguments.length != (exit ? 2 : 1) || home == null) {
            System.err.println("Run ./hearth quickstart.");
            System.exit(2);
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path folder = Path.of(home).toAbsolutePath();
        try (Appliance appliance = Appliance.of(folder)) {
            boolean gain = new Quickstart(
                            appliance,
                            folder,
                            Path.of(arguments[0]).toAbsolutePath().normalize(),
                            out,
                            "1".equals(System.getenv("HEARTH_TERMINAL")),
                            columns(System.getenv("COLUMNS")))
                    .run(exit);
            if (!gain) {
                System.err.println("There was no gain: something is wrong with this build or this machine.");
                System.exit(1);
            }
        } catch (QuickstartException e) {
            System.err.println(e.getMessage());
            System.err.println("The logs are in " + folder.resolve("logs") + ".");
            System.exit(1);
        }
    }

    private static int columns(String value) {
        try {
            return value == null ? USUAL_COLUMNS : Math.clamp(Integer.parseInt(value.strip()), 60, 400);
        } catch (NumberFormatException e) {
            return USUAL_COLUMNS;
        }
    }
}
