package io.hearth.device.ascend.cann;

import com.sun.jna.NativeLibrary;
import io.hearth.device.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What of CANN this machine has, as lines for a person: versions, and each function that Hearth calls with the library that
 * has it, or what takes its place.
 */
public final class SymbolReport {
    private SymbolReport() {}

    /** Empty on a machine without CANN: what is missing there is one sentence of the refusal. */
    public static List<String> of(Cann cann) {
        if (cann.folders().home().isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        versions(cann, lines);
        try {
            symbols(CannLibraries.in(cann.folders()), lines);
        } catch (DeviceException e) {
            lines.add(e.getMessage());
        }
        return lines;
    }

    private static void versions(Cann cann, List<String> lines) {
        Versions versions = cann.versions();
        lines.add("CANN " + known(versions.cann()) + " in "
                + cann.folders().home().orElseThrow());
        lines.add("driver " + known(versions.driver()) + ", firmware " + known(versions.firmware())
                + cann.folders().driver().map(folder -> ", in " + folder).orElse(""));
        lines.addAll(versions.mismatches());
    }

    private static String known(String version) {
        return version == null ? "of unknown version" : version;
    }

    private static void symbols(CannLibraries libraries, List<String> lines) {
        boolean nine = libraries.face() >= 9;
        int missing = 0;
        List<String> table = new ArrayList<>();
        for (Symbols.Symbol symbol : Symbols.all()) {
            Optional<NativeLibrary> library = found(libraries, symbol);
            missing += library.isPresent() ? 0 : 1;
            table.add(line(
                    symbol.name(),
                    symbol.eight(),
                    symbol.nine(),
                    library.map(found -> found.getFile().getName()).orElse("missing"),
                    library.isPresent() ? "" : consequence(symbol)));
        }
        lines.add("functions that Hearth calls: " + (table.size() - missing) + " of " + table.size()
                + " are here, as in CANN " + (nine ? "9" : "8"));
        lines.add(line("function", "CANN 8", "CANN 9", "here", ""));
        lines.addAll(table);
    }

    private static Optional<NativeLibrary> found(CannLibraries libraries, Symbols.Symbol symbol) {
        Optional<NativeLibrary> library = Optional.empty();
        for (String function : symbol.functions()) {
            library = libraries.holding(symbol.part(), function);
            if (library.isEmpty()) {
                return library;
            }
        }
        return library;
    }

    private static String consequence(Symbols.Symbol symbol) {
        return switch (symbol.need()) {
            case ALWAYS -> "no card is used without it";
            case REPLACED -> "instead: " + symbol.fallback();
            case FOR_SOME -> symbol.fallback();
        };
    }

    private static String line(String name, String eight, String nine, String here, String note) {
        return String.format(Locale.ROOT, "%-42s %-18s %-26s %-26s %s", name, eight, nine, here, note)
                .stripTrailing();
    }
}
