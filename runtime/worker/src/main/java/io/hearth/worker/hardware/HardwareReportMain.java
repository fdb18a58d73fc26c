package io.hearth.worker.hardware;

import io.hearth.engine.checkpoint.AtomicFiles;
import io.hearth.engine.checkpoint.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes one JSON file of the folder that {@code gpu-check.sh} has filled: {@code HardwareReportMain FOLDER FILE}. The file of
 * an emulated card gets {@code -emulated} into its name. Exit status 0 if no step failed, 1 if one did, 2 if there is nothing
 * to report.
 */
public final class HardwareReportMain {
    private HardwareReportMain() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        if (arguments.length != 2 || !Files.isDirectory(Path.of(arguments[0]))) {
            System.err.println("Name the folder of the results and the file for the report.");
            return 2;
        }
        HardwareReport report = HardwareReport.of(new RunFolder(Path.of(arguments[0])));
        Path file = named(Path.of(arguments[1]).toAbsolutePath(), report.emulated());
        try {
            AtomicFiles.writeJson(file, report);
        } catch (CheckpointException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        report.summary().forEach(System.out::println);
        System.out.println("The report is " + file);
        return report.outcome().equals(Step.FAILED) ? 1 : 0;
    }

    private static Path named(Path file, boolean emulated) {
        String name = file.getFileName().toString();
        return emulated ? file.resolveSibling(name.replaceFirst("(\\.json)?$", "-emulated.json")) : file;
    }
}
