package io.hearth.ui.datasets.reading;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.hearth.text.JsonText;
import io.hearth.ui.core.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Finds how the rows of a file are written, by its beginning more than by its name. */
final class FormatDetector {
    static final Set<String> FORMATS = Set.of("jsonl", "json", "csv", "xlsx", "txt", "markdown");
    static final Set<String> UNITS = Set.of("line", "paragraph", "section", "file");

    private static final Set<String> WORKBOOKS = Set.of("xlsx", "xlsm", "xls");
    private static final int HEAD = 1 << 18;
    private static final int SAMPLE = 50;
    private static final String DELIMITERS = ",\t;|";
    private static final Pattern SENTENCE = Pattern.compile(".{60,}|.*[?？。!！]\\s*");

    private final DataFile file;
    private final Path folder;
    private final Bounds bounds;

    FormatDetector(DataFile file, Path folder, Bounds bounds) {
        this.file = file;
        this.folder = folder;
        this.bounds = bounds;
    }

    /** What a user wished for, with everything else found out; all but the mapping. */
    ImportSettings detect(ImportSettings wish) throws IOException {
        check(wish);
        if (isZip()) {
            List<String> sheets = Workbook.sheets(file, folder, bounds);
            if (sheets.isEmpty()) {
                throw Problem.invalid("datasets.file.workbook-empty", file.name());
            }
            String sheet = wish.sheet() == null ? sheets.getFirst() : wish.sheet();
            return wish.withText(null, "xlsx").withTable(null, null, wish.header() == null || wish.header(), sheet);
        }
        if ("xlsx".equals(wish.format()) || wish.format() == null && WORKBOOKS.contains(ending())) {
            throw Problem.invalid("datasets.file.workbook-broken", file.name());
        }
        Encodings.Encoding encoding = Encodings.detect(file, wish.encoding());
        String head = head(encoding);
        String format = wish.format() == null ? format(head) : wish.format();
        ImportSettings found = wish.withText(encoding.name(), format);
        return switch (format) {
            case "csv" -> table(found, encoding, head);
            case "txt", "markdown" -> found.withUnit(wish.unit() == null ? unit(format, head) : wish.unit());
            default -> found;
        };
    }

    private static void check(ImportSettings wish) {
        one("format", wish.format(), FORMATS);
        one("unit", wish.unit(), UNITS);
        for (String character : new String[] {wish.delimiter(), wish.quote()}) {
            if (character != null && character.length() != 1) {
                throw Problem.invalid("datasets.settings.character", character);
            }
        }
    }

    private static void one(String setting, String value, Set<String> allowed) {
        if (value != null && !allowed.contains(value)) {
            throw Problem.invalid(
                    "datasets.settings.one-of",
                    setting,
                    value,
                    String.join(", ", allowed.stream().sorted().toList()));
        }
    }

    private boolean isZip() throws IOException {
        try (InputStream in = file.open()) {
            byte[] head = in.readNBytes(4);
            return head.length == 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
        }
    }

    private String head(Encodings.Encoding encoding) throws IOException {
        try (DecodedText text = new DecodedText(file, encoding)) {
            StringBuilder head = new StringBuilder();
            char[] buffer = new char[1 << 14];
            for (int n = text.read(buffer, 0, buffer.length); n >= 0 && head.length() < HEAD; ) {
                head.append(buffer, 0, n);
                n = text.read(buffer, 0, buffer.length);
            }
            return head.toString();
        }
    }

    private String format(String head) {
        String ending = ending();
        String begin = head.stripLeading();
        boolean text = ending.equals("txt") || ending.equals("md") || ending.equals("markdown");
        if (begin.startsWith("{")) {
            String json = object(begin, ending);
            if (!text || json.equals("jsonl") && isObject(firstLine(begin))) {
                return json;
            }
        } else if (begin.startsWith("[") && !text && !ending.equals("csv") && !ending.equals("tsv")) {
            return ending.equals("jsonl") && isArray(firstLine(begin)) ? "jsonl" : "json";
        }
        return switch (ending) {
            case "jsonl", "ndjson" -> "jsonl";
            case "json" -> "json";
            case "csv", "tsv", "tab" -> "csv";
            case "md", "markdown" -> "markdown";
            case "txt", "text" -> "txt";
            default -> looksLikeTable(head) ? "csv" : "txt";
        };
    }

    /** A line that is an object by itself is JSON Lines; one that goes on in the next line is a document. */
    private String object(String begin, String ending) {
        String line = firstLine(begin);
        try {
            boolean alone = begin.strip().length() == line.strip().length();
            if (JsonText.plain(line) instanceof Map<?, ?> map && alone && holdsRows(map)) {
                return "json";
            }
            return "jsonl";
        } catch (JsonEOFException e) {
            return ending.equals("jsonl") || ending.equals("ndjson") ? "jsonl" : "json";
        } catch (JsonProcessingException e) {
            return ending.equals("json") ? "json" : "jsonl";
        }
    }

    private static boolean holdsRows(Map<?, ?> map) {
        return map.entrySet().stream()
                .anyMatch(entry -> JsonDocument.HOLDERS.contains(entry.getKey())
                        && entry.getValue() instanceof List<?> list
                        && list.stream().allMatch(Map.class::isInstance));
    }

    private static boolean isObject(String line) {
        try {
            return JsonText.plain(line) instanceof Map;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static boolean isArray(String line) {
        try {
            return JsonText.plain(line) instanceof List<?> list && list.stream().noneMatch(Map.class::isInstance);
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static String firstLine(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return text.substring(0, end);
    }

    private String ending() {
        int dot = file.name().lastIndexOf('.');
        return dot < 0 ? "" : file.name().substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    private static boolean looksLikeTable(String head) {
        List<String> lines =
                head.lines().filter(line -> !line.isBlank()).limit(SAMPLE).toList();
        return lines.size() > 1
                && DELIMITERS.chars().anyMatch(c -> {
                    long count = lines.getFirst().chars().filter(d -> d == c).count();
                    return count > 0
                            && lines.stream()
                                    .allMatch(line ->
                                            line.chars().filter(d -> d == c).count() == count);
                });
    }

    private ImportSettings table(ImportSettings wish, Encodings.Encoding encoding, String head) throws IOException {
        String quote = wish.quote() == null ? quote(head) : wish.quote();
        String delimiter = wish.delimiter() == null ? delimiter(encoding, quote.charAt(0)) : wish.delimiter();
        Boolean header = wish.header();
        if (header == null) {
            List<CsvText.Line> sample = sample(encoding, delimiter.charAt(0), quote.charAt(0), 1);
            header = sample.isEmpty() || looksLikeHeader(sample.getFirst().cells());
        }
        return wish.withTable(delimiter, quote, header, null);
    }

    private static boolean looksLikeHeader(List<String> cells) {
        return cells.stream().anyMatch(MappingDetector::isKnown)
                || cells.stream()
                        .noneMatch(cell -> SENTENCE.matcher(cell.strip()).matches());
    }

    private static String quote(String head) {
        long single = Pattern.compile("(^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)", Pattern.MULTILINE)
                .matcher(head)
                .results()
                .count();
        return single > 2 && !head.contains("\"") ? "'" : "\"";
    }

    /** The one that parts most records of the beginning into the same number of cells, more than one. */
    private String delimiter(Encodings.Encoding encoding, char quote) throws IOException {
        String best = file.name().toLowerCase(Locale.ROOT).endsWith(".tsv") ? "\t" : ",";
        double most = 0;
        for (char candidate : DELIMITERS.toCharArray()) {
            List<CsvText.Line> records = sample(encoding, candidate, quote, SAMPLE).stream()
                    .filter(line -> line.fault() == null && !line.blank())
                    .toList();
            if (records.isEmpty()) {
                continue;
            }
            Map<Integer, Integer> widths = new TreeMap<>();
            records.forEach(line -> widths.merge(line.cells().size(), 1, Integer::sum));
            int header = records.getFirst().cells().size();
            boolean known = records.getFirst().cells().stream().anyMatch(MappingDetector::isKnown);
            double score = header < 2 ? 0 : (double) widths.getOrDefault(header, 0) / records.size() + (known ? 1 : 0);
            if (score > most) {
                most = score;
                best = String.valueOf(candidate);
            }
        }
        return best;
    }

    private List<CsvText.Line> sample(Encodings.Encoding encoding, char delimiter, char quote, int records)
            throws IOException {
        List<CsvText.Line> sample = new ArrayList<>();
        try (DecodedText text = new DecodedText(file, encoding)) {
            CsvText csv = new CsvText(text, delimiter, quote);
            for (CsvText.Line line = csv.next(); line != null && sample.size() < records; line = csv.next()) {
                if (!line.blank() || line.fault() != null) {
                    sample.add(line);
                }
            }
        }
        return sample;
    }

    private static String unit(String format, String head) {
        if (format.equals("markdown")) {
            return head.lines().anyMatch(line -> line.matches(" {0,3}#{1,6} .*")) ? "section" : "paragraph";
        }
        return head.strip().lines().anyMatch(String::isBlank) ? "paragraph" : "line";
    }
}
