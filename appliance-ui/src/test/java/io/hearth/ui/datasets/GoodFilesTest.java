package io.hearth.ui.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.datasets.reading.ImportSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every format in every encoding, plain and packed, gives the same rows. */
class GoodFilesTest {
    private static final String ROWS = "{\"prompt\":\"水泵如何启动？\",\"completion\":\"按绿色按钮，等待三秒钟。\"}\n"
            + "{\"prompt\":\"How do I stop it, \\\"now\\\"?\",\"completion\":\"Press\\nthe red button.\"}\n";

    private static final String CSV =
            "%s,%s\n水泵如何启动？,按绿色按钮，等待三秒钟。\n" + "\"How do I stop it, \"\"now\"\"?\",\"Press\nthe red button.\"\n";

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

    @Test
    void everyFormatInEveryEncoding() throws Exception {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("rows.jsonl", ROWS);
        texts.put("rows.json", "[\n" + ROWS.strip().replace("}\n", "},\n") + "\n]");
        texts.put("data.json", "{\"data\":[" + ROWS.strip().replace("}\n", "},\n") + "]}");
        texts.put("rows.csv", CSV.formatted("问题", "回答"));
        texts.put(
                "semicolons.csv",
                CSV.formatted("question", "answer")
                        .replace("？,", "？;")
                        .replace("\",\"", "\";\"")
                        .replace("question,", "question;"));
        texts.put(
                "rows.tsv",
                CSV.formatted("Question", "Answer")
                        .replace("？,", "？\t")
                        .replace("\",\"", "\"\t\"")
                        .replace("Question,", "Question\t"));
        texts.put("crlf.csv", CSV.formatted("提问", "答案").replace("。\n", "。\r\n").replace("答案\n", "答案\r\n"));
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, String> text : texts.entrySet()) {
            for (Map.Entry<String, byte[]> encoded : encodings(text.getValue()).entrySet()) {
                compare(wrong, text.getKey(), encoded.getKey(), encoded.getValue());
            }
            byte[] plain = text.getValue().getBytes(StandardCharsets.UTF_8);
            compare(wrong, text.getKey() + ".gz", "utf-8", BrokenFilesTest.gzip(plain));
            compare(wrong, text.getKey() + ".zip", "utf-8", BrokenFilesTest.zip("folder/" + text.getKey(), plain));
        }
        assertThat(wrong).isEmpty();
    }

    private static Map<String, byte[]> encodings(String text) {
        Map<String, byte[]> encodings = new LinkedHashMap<>();
        encodings.put("utf-8", text.getBytes(StandardCharsets.UTF_8));
        encodings.put("utf-8 with mark", ("\uFEFF" + text).getBytes(StandardCharsets.UTF_8));
        encodings.put("utf-16le", text.getBytes(StandardCharsets.UTF_16LE));
        encodings.put("utf-16le with mark", ("\uFEFF" + text).getBytes(StandardCharsets.UTF_16LE));
        encodings.put("utf-16be", text.getBytes(StandardCharsets.UTF_16BE));
        encodings.put("utf-16be with mark", ("\uFEFF" + text).getBytes(StandardCharsets.UTF_16BE));
        encodings.put("gb18030", text.getBytes(Charset.forName("GB18030")));
        return encodings;
    }

    private void compare(List<String> wrong, String name, String encoding, byte[] content) throws Exception {
        Import read = datasets.read(content, name);
        if (read.failure() != null) {
            wrong.add(name + " in " + encoding + ": " + read.failure());
            return;
        }
        String found = read.report().training().settings().encoding();
        String rows = rows(read);
        if (!rows.equals(ROWS) || !encoding.startsWith(found) || read.report().badRows() > 0) {
            wrong.add(name + " in " + encoding + ", found " + found + ":\n" + rows + datasets.badRows(read));
        }
    }

    private String rows(Import read) throws IOException {
        StringBuilder rows = new StringBuilder();
        for (RowPages.ShownRow row : datasets.pages
                .ofImport(DatasetsFixture.ENGINEER, read.id(), 0, 100)
                .items()) {
            rows.append(row.row()).append('\n');
        }
        return rows.toString();
    }

    @Test
    void everyShapeIsFound() throws Exception {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(
                "messages messages a.jsonl",
                "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"q\"},"
                        + "{\"role\":\"assistant\",\"content\":\"a\"}]}\n");
        files.put(
                "messages messages tools.jsonl",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"tool_calls\":"
                        + "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}],"
                        + "\"tools\":[{\"type\":\"function\"}]}\n");
        files.put(
                "sharegpt messages b.jsonl",
                "{\"conversations\":[{\"from\":\"human\",\"value\":\"q\"},{\"from\":\"gpt\",\"value\":\"a\"}]}\n");
        files.put(
                "messages messages dialogue.jsonl",
                "{\"dialogue\":[{\"role\":\"user\",\"content\":\"q\"},"
                        + "{\"role\":\"assistant\",\"content\":\"a\"}]}\n");
        files.put("alpaca prompt-completion c.jsonl", "{\"instruction\":\"i\",\"input\":\"x\",\"output\":\"a\"}\n");
        files.put("alpaca messages d.jsonl", "{\"instruction\":\"i\",\"system\":\"s\",\"output\":\"a\"}\n");
        files.put(
                "alpaca prompt-completion dolly.jsonl",
                "{\"instruction\":\"i\",\"context\":\"c\",\"response\":\"a\"}\n");
        files.put("alpaca messages e.csv", "系统提示,问题,回答\n礼貌回答,谁？,我\n");
        files.put("prompt-completion prompt-completion f.csv", "id,Question,Answer\n1,q,a\n");
        files.put("prompt-completion prompt-completion g.jsonl", "{\"query\":\"q\",\"response\":\"a\"}\n");
        files.put(
                "prompt-completion prompt-completion h.csv", "How old is it?,Seven years.\nWho is it?,The foreman.\n");
        files.put("text text i.txt", "One line\nAnother line\n");
        files.put("text text j.md", "# One\ntext\n\n## Two\n```\n# no heading\n```\n");
        files.put("text text k.jsonl", "{\"text\":\"t\"}\n");
        files.put("text text l.csv", "正文\n第一段\n第二段\n");
        files.put("tokens tokens m.jsonl", "{\"input_ids\":[1,2,3]}\n");
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, String> file : files.entrySet()) {
            String[] parts = file.getKey().split(" ");
            Import read = datasets.read(file.getValue(), parts[2]);
            String found = read.failure() != null
                    ? read.failure().toString()
                    : read.report().training().settings().shape() + " "
                            + read.report().training().shape()
                            + (read.report().badRows() > 0 ? datasets.badRows(read) : "");
            if (!found.equals(parts[0] + " " + parts[1])) {
                wrong.add(parts[2] + ": " + found);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void textsAreCutWhereTheirAuthorsCutThem() throws Exception {
        Import paragraphs = datasets.read("One\nstill one\n\n\nTwo\n", "a.txt");
        assertThat(rows(paragraphs)).isEqualTo("{\"text\":\"One\\nstill one\"}\n{\"text\":\"Two\"}\n");
        Import sections = datasets.read("# A\na\n## B\n```\n# x\n```\nb\n", "a.md");
        assertThat(rows(sections)).isEqualTo("{\"text\":\"# A\\na\"}\n{\"text\":\"## B\\n```\\n# x\\n```\\nb\"}\n");
        Import lines = datasets.read(
                "One\nstill one\n\nTwo\n".getBytes(),
                "a.txt",
                new ImportSettings(null, null, null, null, null, null, "line", null, null));
        assertThat(lines.report().rows()).isEqualTo(3);
    }

    @Test
    void filesOfAnArchiveAreJoinedAndNamed() throws Exception {
        Import read = datasets.read(
                BrokenFilesTest.zip(
                        "b.jsonl", "{\"prompt\":\"2\",\"completion\":\"b\"}\nnope\n",
                        "a.jsonl", "{\"prompt\":\"1\",\"completion\":\"a\"}\n",
                        "__MACOSX/._a.jsonl", "x"),
                "all.zip");
        assertThat(rows(read))
                .isEqualTo("{\"prompt\":\"1\",\"completion\":\"a\"}\n{\"prompt\":\"2\",\"completion\":\"b\"}\n");
        assertThat(datasets.badRows(read)).singleElement().satisfies(row -> {
            assertThat(row.file()).isEqualTo("b.jsonl");
            assertThat(row.line()).isEqualTo(2);
        });
    }

    @Test
    void aWorkbookIsReadAsAPersonSeesIt() throws Exception {
        byte[] workbook = workbook("""
                <row r="1"><c r="A1" t="inlineStr"><is><t>问题</t></is></c><c r="B1" t="inlineStr"><is><t>回答</t></is></c></row>
                <row r="2"><c r="A2" t="inlineStr"><is><t>多少？</t></is></c><c r="B2"><v>3.50</v></c></row>
                <row r="4"><c r="A4" t="inlineStr"><is><t>坏的</t></is></c><c r="B4" t="e"><v>#N/A</v></c></row>
                <row r="5"><c r="A5" t="inlineStr"><is><t>空的</t></is></c></row>
                <row r="6"><c r="A6" t="inlineStr"><is><t>对吗？</t></is></c><c r="B6" t="b"><v>1</v></c></row>
                <row r="7"><c r="A7" t="inlineStr"><is><t>a</t></is></c><c r="B7"><v>1</v></c><c r="C7"><v>2</v></c></row>
                """);
        for (String name : List.of("a.xlsx", "a.xlsx.gz", "a.zip")) {
            byte[] content = name.endsWith(".gz")
                    ? BrokenFilesTest.gzip(workbook)
                    : name.endsWith(".zip") ? BrokenFilesTest.zip("a.xlsx", workbook) : workbook;
            Import read = datasets.read(content, name);
            assertThat(read.failure()).as(name).isNull();
            assertThat(rows(read))
                    .isEqualTo(
                            "{\"prompt\":\"多少？\",\"completion\":\"3.5\"}\n{\"prompt\":\"对吗？\",\"completion\":\"TRUE\"}\n");
            assertThat(datasets.badRows(read))
                    .extracting(row -> row.line() + ":" + row.column() + ":" + row.code())
                    .containsExactly("4:2:cell-error", "5:0:field-empty", "7:0:cells");
            assertThat(read.report().training().sheets()).containsExactly("Blatt");
        }
    }

    private static byte[] workbook(String rows) throws IOException {
        String main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        String packaged = "http://schemas.openxmlformats.org/package/2006/";
        String office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        return BrokenFilesTest.zip(
                "[Content_Types].xml",
                "<Types xmlns=\"" + packaged + "content-types\"><Default Extension=\"rels\""
                        + " ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override"
                        + " PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument."
                        + "spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType="
                        + "\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>",
                "_rels/.rels",
                "<Relationships xmlns=\"" + packaged + "relationships\"><Relationship Id=\"r1\" Type=\"" + office
                        + "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
                "xl/workbook.xml",
                "<workbook xmlns=\"" + main + "\" xmlns:r=\"" + office
                        + "\"><sheets><sheet name=\"Blatt\" sheetId=\"1\"" + " r:id=\"r1\"/></sheets></workbook>",
                "xl/_rels/workbook.xml.rels",
                "<Relationships xmlns=\"" + packaged + "relationships\"><Relationship Id=\"r1\" Type=\"" + office
                        + "/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
                "xl/worksheets/sheet1.xml",
                "<worksheet xmlns=\"" + main + "\"><sheetData>" + rows + "</sheetData></worksheet>");
    }

    @Test
    void theBadRowsCsvHoldsAllAndNoFormula() throws Exception {
        StringBuilder file = new StringBuilder("question,answer\n");
        for (int i = 0; i < 1200; i++) {
            file.append("=cmd()").append(i).append(",\n");
        }
        file.append("a,b\n");
        Import read = datasets.read(file.toString(), "x.csv");
        assertThat(read.report().badRows()).isEqualTo(1200);
        ByteArrayOutputStream csv = new ByteArrayOutputStream();
        BadRowsCsv.write(datasets.imports.badRowsFile(DatasetsFixture.ENGINEER, read.id()), Locale.ENGLISH, csv);
        assertThat(csv.toString(StandardCharsets.UTF_8).lines().count()).isEqualTo(1201);
        assertThat(BadRowsCsv.harmless("=HYPERLINK(1)")).isEqualTo("'=HYPERLINK(1)");
        assertThat(BadRowsCsv.harmless("plain")).isEqualTo("plain");
    }
}
