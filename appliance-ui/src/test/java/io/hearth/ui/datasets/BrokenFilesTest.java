package io.hearth.ui.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.text.rows.Row;
import io.hearth.text.rows.RowReader;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.core.Texts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as people break them: each is answered with the right line and reason, and no row is dropped without a word. */
class BrokenFilesTest {
    private static final String GOOD = "{\"prompt\":\"a\",\"completion\":\"b\"}\n";

    @TempDir
    Path folder;

    private DatasetsFixture datasets;

    @BeforeEach
    void open() {
        datasets = new DatasetsFixture(folder);
    }

    @AfterEach
    void close() {
        datasets.close();
    }

    /** A line of {@code expected.tsv}: file, good rows, and for each problem line, column (-1 for any) and code. */
    private record Expected(String file, long good, String problems) {}

    @Test
    void everyTextFileIsAnsweredWithLineAndReason() throws Exception {
        List<Expected> all = expected();
        assertThat(all).hasSizeGreaterThanOrEqualTo(60);
        List<String> wrong = new ArrayList<>();
        for (Expected one : all) {
            Import read = datasets.read(resource(one.file()), one.file());
            if (one.problems().startsWith("FAILED:")) {
                String[] failure = one.problems().split(":", -1);
                check(
                        wrong,
                        one.file(),
                        failure[1] + " " + failure[2],
                        read.failure() == null
                                ? "read"
                                : read.failure().key() + " "
                                        + (failure[2].isEmpty()
                                                ? ""
                                                : read.failure().arguments().get(1)));
            } else if (read.failure() != null) {
                wrong.add(one.file() + ": " + read.failure());
            } else {
                check(
                        wrong,
                        one.file(),
                        one.good() + " " + one.problems(),
                        read.report().rows() + " " + said(read, one));
                isTakenByTraining(read);
            }
            speaksPlainly(read);
        }
        assertThat(wrong).isEmpty();
    }

    private static void check(List<String> wrong, String file, String expected, String actual) {
        if (!expected.equals(actual)) {
            wrong.add(file + ": expected " + expected + ", was " + actual);
        }
    }

    /** What was found, in the form of what is expected: a column stands only where one is expected. */
    private String said(Import read, Expected expected) {
        String[] wanted = expected.problems().split(";");
        List<String> said = new ArrayList<>();
        for (StoredBadRow row : datasets.badRows(read)) {
            boolean any = said.size() < wanted.length && wanted[said.size()].split(":")[1].equals("-1");
            if (any) {
                assertThat(row.column()).as("%s: a column", expected.file()).isPositive();
            }
            said.add(row.line() + ":" + (any ? -1 : row.column()) + ":" + row.code());
        }
        return String.join(";", said);
    }

    /** No trace, no raw key, in either language. */
    private void speaksPlainly(Import read) {
        List<Sentence> sentences = new ArrayList<>();
        if (read.failure() != null) {
            sentences.add(read.failure());
        } else {
            datasets.badRows(read).forEach(row -> sentences.add(row.reason()));
        }
        for (Sentence sentence : sentences) {
            assertThat(sentence.key()).isNotEqualTo("datasets.import.fault");
            for (Locale language : Texts.LANGUAGES) {
                assertThat(Texts.say(language, sentence))
                        .doesNotStartWith("!")
                        .doesNotContain("Exception", "\tat ", "com.fasterxml");
            }
        }
    }

    private static List<Expected> expected() throws IOException {
        List<Expected> all = new ArrayList<>();
        for (String line : new String(resource("expected.tsv"), StandardCharsets.UTF_8).split("\n")) {
            String[] parts = line.split("\t");
            all.add(new Expected(parts[0], Long.parseLong(parts[1]), parts[2]));
        }
        return all;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = BrokenFilesTest.class.getResourceAsStream("/io/hearth/ui/datasets/broken/" + name)) {
            return in.readAllBytes();
        }
    }

    @Test
    void everyWrongTypeIsRefusedWithWhatToDoInstead() throws Exception {
        Map<String, byte[]> files = new TreeMap<>();
        files.put("report.pdf datasets.file.document", "%PDF-1.7\n…".getBytes(StandardCharsets.UTF_8));
        files.put("logo.png datasets.file.picture", bytes(0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0));
        files.put("photo.csv datasets.file.picture", bytes(0xff, 0xd8, 0xff, 0xe0, 0, 0));
        files.put("tool.jsonl datasets.file.program", bytes(0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0));
        files.put("rows.pkl datasets.file.pickle", bytes(0x80, 4, 0x95, 0, 0, 0, 0));
        files.put("rows.parquet datasets.file.columnar", "PAR1…".getBytes(StandardCharsets.UTF_8));
        files.put("rows.arrow datasets.file.columnar", "ARROW1\0\0".getBytes(StandardCharsets.UTF_8));
        files.put("rows.db datasets.file.columnar", "SQLite format 3\0".getBytes(StandardCharsets.UTF_8));
        files.put("rows.xls datasets.file.office", bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1));
        files.put("rows.7z datasets.file.archive", bytes('7', 'z', 0xbc, 0xaf, 0x27, 0x1c, 0));
        files.put("rows.jsonl.zst datasets.file.archive", bytes(0x28, 0xb5, 0x2f, 0xfd, 0));
        files.put("model.safetensors datasets.file.model", bytes(40, 0, 0, 0, 0, 0, 0, 0, '{', '"', 'a'));
        files.put("page.csv datasets.file.html", "<!DOCTYPE html><html>".getBytes(StandardCharsets.UTF_8));
        files.put("rows.xml datasets.file.xml", "<?xml version=\"1.0\"?><a/>".getBytes(StandardCharsets.UTF_8));
        files.put("noise.csv datasets.file.binary", bytes(1, 0, 2, 0, 0, 3, 0, 4, 0, 0, 9, 1));
        files.put("text.docx datasets.file.document", zip("word/document.xml", "<w/>"));
        files.put("model.pt datasets.file.pickle", zip("archive/data.pkl", "x"));
        files.put("app.jar datasets.file.program", zip("META-INF/MANIFEST.MF", "x"));
        files.put("rows.xlsx datasets.file.workbook-broken", zip("xl/workbook.xml", "<broken"));
        files.put("plain.xlsx datasets.file.workbook-broken", "a b c\n".getBytes(StandardCharsets.UTF_8));
        files.put(
                "umlauts.csv datasets.file.encoding",
                ("question,answer\n" + "Wie hei\u00dft das Ger\u00e4t?,Die Pumpe f\u00fcr \u00d6l\n".repeat(40))
                        .getBytes(Charset.forName("windows-1252")));
        refused(files);
    }

    @Test
    void archivesThatAreBrokenOrDangerousAreRefused() throws Exception {
        Map<String, byte[]> files = new TreeMap<>();
        byte[] gzip = gzip(GOOD.repeat(2000).getBytes(StandardCharsets.UTF_8));
        files.put("cut.jsonl.gz datasets.file.compressed-broken", Arrays.copyOf(gzip, gzip.length / 2));
        byte[] flipped = gzip.clone();
        flipped[flipped.length - 6] ^= 1;
        files.put("flipped.jsonl.gz datasets.file.compressed-broken", flipped);
        files.put("bomb.jsonl.gz datasets.file.bomb-ratio", bomb());
        files.put("nested.gz datasets.file.nested", gzip(gzip));
        byte[] zip = zip("rows.jsonl", GOOD);
        files.put("cut.zip datasets.file.zip-broken", Arrays.copyOf(zip, zip.length - 10));
        files.put("slip.zip datasets.file.zip-path", zip("../../etc/rows.jsonl", GOOD));
        files.put("slip-back.zip datasets.file.zip-path", zip("..\\rows.jsonl", GOOD));
        files.put("slip-root.zip datasets.file.zip-path", zip("/etc/rows.jsonl", GOOD));
        files.put("slip-drive.zip datasets.file.zip-path", zip("C:\\rows.jsonl", GOOD));
        files.put("empty.zip datasets.file.zip-empty", zip("__MACOSX/._rows.jsonl", "x"));
        files.put("mixed.zip datasets.file.zip-formats", zip("a.jsonl", GOOD, "b.csv", "question,answer\na,b\n"));
        files.put("inner.zip datasets.file.nested", zip("a.zip", zip("a.jsonl", GOOD)));
        files.put("picture.zip datasets.file.picture", zip("a.png", bytes(0x89, 'P', 'N', 'G', '\r', '\n')));
        files.put("locked.zip datasets.file.zip-encrypted", locked(zip));
        files.put("many.zip datasets.file.zip-entries", many());
        refused(files);
        assertThat(folder.resolve("../etc")).doesNotExist();
    }

    private void refused(Map<String, byte[]> files) throws Exception {
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            String[] parts = file.getKey().split(" ");
            Import read = datasets.read(file.getValue(), parts[0]);
            check(
                    wrong,
                    parts[0],
                    parts[1],
                    read.failure() == null ? "read" : read.failure().key());
            if (read.failure() != null) {
                speaksPlainly(read);
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Every row that is taken here is taken by training. */
    private void isTakenByTraining(Import read) {
        Path rows = folder.resolve("datasets/imports").resolve(read.id()).resolve(Reading.TRAINING);
        try (RowReader reader = RowReader.open(rows)) {
            long[] count = {0};
            reader.forEachRemaining(item -> {
                assertThat(item).isInstanceOf(Row.class);
                count[0]++;
            });
            assertThat(count[0]).isEqualTo(read.report().rows());
        }
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    /** Small, and 200 MB of the same row when unpacked. */
    private static byte[] bomb() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] block = " ".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            for (int i = 0; i < 200; i++) {
                gzip.write(block);
            }
        }
        return out.toByteArray();
    }

    static byte[] zip(Object... namesAndContents) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (int i = 0; i < namesAndContents.length; i += 2) {
                zip.putNextEntry(new ZipEntry((String) namesAndContents[i]));
                zip.write(
                        namesAndContents[i + 1] instanceof byte[] bytes
                                ? bytes
                                : ((String) namesAndContents[i + 1]).getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    /** The same archive with the flag of an encrypted entry. */
    private static byte[] locked(byte[] zip) {
        byte[] locked = zip.clone();
        for (int i = 0; i + 10 < locked.length; i++) {
            if (locked[i] == 'P' && locked[i + 1] == 'K' && locked[i + 2] == 1 && locked[i + 3] == 2) {
                locked[i + 8] |= 1;
            }
            if (locked[i] == 'P' && locked[i + 1] == 'K' && locked[i + 2] == 3 && locked[i + 3] == 4) {
                locked[i + 6] |= 1;
            }
        }
        return locked;
    }

    private static byte[] many() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setMethod(ZipOutputStream.STORED);
            for (int i = 0; i < 10_001; i++) {
                ZipEntry entry = new ZipEntry(i + ".txt");
                entry.setSize(0);
                entry.setCrc(new CRC32().getValue());
                zip.putNextEntry(entry);
            }
        }
        return out.toByteArray();
    }
}
