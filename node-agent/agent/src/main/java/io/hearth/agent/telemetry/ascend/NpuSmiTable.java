package io.hearth.agent.telemetry.ascend;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code npu-smi info} prints: a table of chips with two lines each, then a table of processes. Widths and columns change with
 * version and chip, so values are found by the names in the table's head. Nothing that it prints makes this fail: what cannot be
 * read is not told.
 *
 * @param version of the driver, or null
 * @param chips in the order in which they are listed
 */
record NpuSmiTable(String version, List<Chip> chips) {
    private static final Pattern VERSION = Pattern.compile("\\bVersion:\\s*([\\w.-]{1,40})");

    /** Names in a head: those of two or more words, and any other word. */
    private static final Pattern NAMES = Pattern.compile(
            "NPU ID|NPU Util\\(%\\)|Process id in container|Process id|Process name|Process memory\\(MB\\)|\\S+");

    /** A slash belongs to the numbers around it, however they are set. */
    private static final Pattern SLASH = Pattern.compile("\\s*/\\s*");

    private static final Pattern ADDRESS = Pattern.compile("[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-9a-f]");
    private static final int MOST_CHIPS = 1_024;
    private static final int MOST_PROCESSES = 10_000;

    /**
     * A chip. Null is what is not told.
     *
     * @param npu number of its card
     * @param chip its number on the card
     * @param name such as {@code 910B3}
     * @param health {@code OK}, {@code Warning}, {@code Alarm} or {@code Critical}
     * @param watts power
     * @param celsius temperature
     * @param address PCI address, in lower case
     * @param busy share of time in which it worked, 0 to 1
     * @param usedMib memory in use
     * @param totalMib all memory
     * @param processes on the chip
     */
    record Chip(
            int npu,
            int chip,
            String name,
            String health,
            Double watts,
            Double celsius,
            String address,
            Double busy,
            Long usedMib,
            Long totalMib,
            List<Process> processes) {}

    /** A process; its memory in MiB may be null. */
    record Process(long pid, String name, Long mib) {}

    /** Reads it. */
    static NpuSmiTable parse(String text) {
        Reader reader = new Reader();
        text.lines().map(String::strip).forEach(reader::line);
        return new NpuSmiTable(reader.version, reader.finished());
    }

    /** Goes through the lines. */
    private static final class Reader {
        private final List<Map<String, String>> rows = new ArrayList<>();
        private final Map<String, List<Process>> processes = new HashMap<>();
        private List<List<String>> first;
        private List<List<String>> second;
        private List<List<String>> third;
        private Map<String, String> open;
        private int listed;
        private String version;

        void line(String line) {
            if (!line.startsWith("|")) {
                // A line between chips; half a chip before it is none.
                open = null;
                return;
            }
            List<String> cells = cells(line);
            if (version == null && line.contains("Version:")) {
                Matcher matcher = VERSION.matcher(line);
                version = matcher.find() ? matcher.group(1) : null;
            } else if (line.contains("Process id")) {
                third = names(cells);
            } else if (third != null) {
                process(values(third, cells));
            } else if (line.contains("Health") && line.contains("Name")) {
                first = names(cells);
            } else if (line.contains("Bus-Id")) {
                second = names(cells);
            } else if (first != null && second != null) {
                chip(cells);
            }
        }

        private void chip(List<String> cells) {
            if (open == null) {
                Map<String, String> values = values(first, cells);
                String npu = npu(values);
                open = number(npu) == null ? null : values;
                values.put("NPU", npu);
            } else if (rows.size() < MOST_CHIPS) {
                // Names are in one of the lines only, but for the numbers: those of the first come first.
                values(second, cells).forEach(open::putIfAbsent);
                rows.add(open);
                open = null;
            }
        }

        private void process(Map<String, String> values) {
            Long inside = number(values.get("Process id in container"));
            Long pid = inside != null ? inside : number(values.get("Process id"));
            Long npu = number(npu(values));
            if (pid == null || npu == null || listed++ >= MOST_PROCESSES) {
                return;
            }
            Long chip = number(values.get("Chip"));
            processes
                    .computeIfAbsent(npu + " " + (chip == null ? 0 : chip), any -> new ArrayList<>())
                    .add(new Process(pid, values.get("Process name"), number(values.get("Process memory(MB)"))));
        }

        List<Chip> finished() {
            List<Chip> chips = new ArrayList<>();
            for (Map<String, String> row : rows) {
                Long npu = number(row.get("NPU"));
                Long number = number(row.get("Chip"));
                int chip = number == null ? 0 : (int) Math.min(number, Integer.MAX_VALUE);
                long[] memory = memory(row);
                String busy = row.containsKey("AICore(%)") ? row.get("AICore(%)") : row.get("NPU Util(%)");
                chips.add(new Chip(
                        (int) Math.min(npu, Integer.MAX_VALUE),
                        chip,
                        row.get("Name"),
                        row.get("Health"),
                        decimal(row.get("Power(W)"), 10_000),
                        decimal(row.get("Temp(C)"), 200),
                        address(row.get("Bus-Id")),
                        share(busy),
                        memory == null ? null : memory[0],
                        memory == null ? null : memory[1],
                        List.copyOf(processes.getOrDefault(npu + " " + chip, List.of()))));
            }
            return List.copyOf(chips);
        }

        private static String npu(Map<String, String> values) {
            return values.containsKey("NPU") ? values.get("NPU") : values.get("NPU ID");
        }

        /** HBM where there is some, else the memory that there is instead: in use, all. */
        private static long[] memory(Map<String, String> row) {
            for (String name : List.of("HBM-Usage(MB)", "Memory-Usage(MB)")) {
                String[] parts = row.getOrDefault(name, "").split("/", 2);
                Long used = number(parts[0]);
                Long total = parts.length < 2 ? null : number(parts[1]);
                if (used != null && total != null && total > 0) {
                    return new long[] {used, total};
                }
            }
            return null;
        }

        private static List<String> cells(String line) {
            return List.of(line.substring(1).split("\\|", -1));
        }

        private static List<List<String>> names(List<String> cells) {
            return cells.stream()
                    .map(cell -> NAMES.matcher(cell)
                            .results()
                            .map(result -> result.group())
                            .toList())
                    .toList();
        }

        /** The values of a line by their names; what has more words than its cell has names belongs to the last. */
        private static Map<String, String> values(List<List<String>> names, List<String> cells) {
            Map<String, String> values = new HashMap<>();
            for (int i = 0; i < Math.min(names.size(), cells.size()); i++) {
                List<String> here = names.get(i);
                if (here.isEmpty()) {
                    continue;
                }
                String[] words =
                        SLASH.matcher(cells.get(i).strip()).replaceAll("/").split("\\s+", here.size());
                for (int j = 0; j < words.length; j++) {
                    if (!words[j].isEmpty()) {
                        values.put(here.get(j), words[j]);
                    }
                }
            }
            return values;
        }

        private static Long number(String text) {
            try {
                return text == null || !text.matches("[0-9]{1,15}") ? null : Long.valueOf(text);
            } catch (NumberFormatException e) {
                return null;
            }
        }

        private static Double decimal(String text, double most) {
            Double value = text == null || !text.matches("[0-9]{1,6}(\\.[0-9]{1,6})?") ? null : Double.valueOf(text);
            return value == null || value > most ? null : value;
        }

        private static Double share(String text) {
            Double percent = decimal(text, 100);
            return percent == null ? null : percent / 100;
        }

        private static String address(String text) {
            String address = text == null ? "" : text.toLowerCase(Locale.ROOT);
            return ADDRESS.matcher(address).matches() ? address : null;
        }
    }
}
