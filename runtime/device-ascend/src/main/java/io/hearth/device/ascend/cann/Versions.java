package io.hearth.device.ascend.cann;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Versions as the packages' own files tell them; null for what no file tells.
 *
 * @param cann such as 8.1.RC1
 * @param driver such as 24.1.rc1
 * @param firmware such as 7.7.0.1.231, with the release of cards' software that it belongs to if the file names it
 * @param mismatches a sentence for each pair that does not go together
 */
public record Versions(String cann, String driver, String firmware, List<String> mismatches) {
    /** The oldest CANN whose operators were compared with what Hearth calls. */
    public static final String OLDEST = "8.1.RC1";

    private static final int OLDEST_MAJOR = 8;
    private static final Pattern CONFIGURED = Pattern.compile("\\[[^:\\]]*:([^\\]]+)]");
    private static final Pattern RELEASE = Pattern.compile("V\\d+R\\d+C\\d+");
    private static final Pattern NUMBERS = Pattern.compile("^\\D*(\\d+)\\.(\\d+)");

    /** Reads what the packages say of themselves. */
    static Versions of(CannFolders folders) {
        Map<String, String> driver = folders.driver().map(Versions::packageFile).orElse(Map.of());
        Map<String, String> firmware =
                folders.firmware().map(Versions::packageFile).orElse(Map.of());
        String cann = folders.home().flatMap(Versions::cann).orElse(null);
        List<String> mismatches = new ArrayList<>();
        driverAndFirmware(driver, firmware).ifPresent(mismatches::add);
        folders.home().flatMap(home -> driverAndCann(driver, home, cann)).ifPresent(mismatches::add);
        return new Versions(cann, driver.get("version"), firmwareText(firmware), List.copyOf(mismatches));
    }

    private static Map<String, String> packageFile(Path folder) {
        return read(folder.resolve("version.info"));
    }

    private static Optional<String> cann(Path home) {
        for (String name : List.of("runtime/version.info", "compiler/version.info", "version.info")) {
            Map<String, String> values = read(home.resolve(name));
            String version = values.getOrDefault("version_dir", values.get("version"));
            if (version != null) {
                return Optional.of(version);
            }
        }
        String configured = read(home.resolve("version.cfg")).get("runtime_running_version");
        if (configured != null) {
            Matcher matcher = CONFIGURED.matcher(configured);
            return Optional.of(matcher.find() ? matcher.group(1) : configured);
        }
        return toolkit(home).map(values -> values.get("version"));
    }

    /** What the toolkit's package notes about its installation, in a folder for the processor's kind. */
    private static Optional<Map<String, String>> toolkit(Path home) {
        for (String processor : List.of("x86_64-linux", "aarch64-linux", ".")) {
            Map<String, String> values = read(home.resolve(processor).resolve("ascend_toolkit_install.info"));
            if (!values.isEmpty()) {
                return Optional.of(values);
            }
        }
        return Optional.empty();
    }

    private static String firmwareText(Map<String, String> firmware) {
        String version = firmware.get("version");
        String release = firmware.get("package_version");
        return version == null || release == null ? version : version + " (" + release + ")";
    }

    /** Firmware names the releases of the driver that it works with, or at least its own. */
    private static Optional<String> driverAndFirmware(Map<String, String> driver, Map<String, String> firmware) {
        String version = driver.get("version");
        String own = firmware.get("package_version");
        if (version == null || firmware.isEmpty()) {
            return Optional.empty();
        }
        String compatible = firmware.get("compatible_version_drv");
        boolean fits = compatible != null ? named(compatible, version) : own == null || sameRelease(own, version);
        return fits
                ? Optional.empty()
                : Optional.of(
                        "The cards' firmware " + firmwareText(firmware) + " does not go with the driver " + version
                                + ". Install firmware and driver of one release, the firmware first, and restart the machine.");
    }

    /** The driver names the releases of CANN that it works with. */
    private static Optional<String> driverAndCann(Map<String, String> driver, Path home, String cann) {
        String compatible = driver.get("compatible_version");
        String release = toolkit(home).map(values -> values.get("innerversion")).orElse(null);
        if (compatible == null || release == null) {
            return Optional.empty();
        }
        Matcher matcher = RELEASE.matcher(release);
        if (!matcher.find() || compatible.contains(matcher.group())) {
            return Optional.empty();
        }
        return Optional.of("CANN " + cann + " (" + matcher.group() + ") is not among those that the driver "
                + driver.get("version") + " says it works with. Install a driver of the same release as CANN.");
    }

    private static boolean named(String list, String version) {
        for (String entry : list.split("[\\[\\],\\s]+")) {
            if (!entry.isEmpty() && version.toLowerCase().startsWith(entry.toLowerCase())) {
                return true;
            }
        }
        return false;
    }

    private static boolean sameRelease(String a, String b) {
        Matcher first = NUMBERS.matcher(a);
        Matcher second = NUMBERS.matcher(b);
        return !first.find()
                || !second.find()
                || (first.group(1).equals(second.group(1)) && first.group(2).equals(second.group(2)));
    }

    /** Whether a version of CANN is one that Hearth was never made for. */
    static boolean tooOld(String cann) {
        Matcher matcher = NUMBERS.matcher(cann);
        return matcher.find() && Integer.parseInt(matcher.group(1)) < OLDEST_MAJOR;
    }

    /** Lines of the form {@code name=value}, names in lower case. */
    private static Map<String, String> read(Path file) {
        Map<String, String> values = new LinkedHashMap<>();
        try (var lines = Files.lines(file)) {
            lines.forEach(line -> {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    values.putIfAbsent(
                            line.substring(0, equals).strip().toLowerCase(),
                            line.substring(equals + 1).strip());
                }
            });
        } catch (IOException | UncheckedIOException e) {
            // A file that cannot be read tells nothing.
        }
        return values;
    }
}
