package io.hearth.text.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.text.TextException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowReaderTest {
    private static List<RowItem> read(byte[] file) {
        try (RowReader reader = RowReader.of(new ByteArrayInputStream(file))) {
            List<RowItem> items = new ArrayList<>();
            reader.forEachRemaining(items::add);
            return items;
        }
    }

    private static List<RowItem> read(String... lines) {
        return read(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    private static RowItem one(String line) {
        List<RowItem> items = read(line);
        assertThat(items).hasSize(1);
        return items.getFirst();
    }

    @Test
    void readsOpenAiMessages() {
        Row.Conversation row = (Row.Conversation) one("""
                {"messages": [{"role": "user", "content": "泵?"}, {"role": "assistant", "content": null, "tool_calls":\
                 [{"type": "function", "function": {"name": "f", "arguments": "{\\"a\\": 1}"}}]},\
                 {"role": "tool", "content": "x"}, {"role": "assistant", "content": "好"}],\
                 "tools": [{"type": "function", "function": {"name": "f"}}]}""");
        assertThat(row.messages()).hasSize(4);
        assertThat(row.tools()).hasSize(1);
        assertThat(row.messages().getFirst()).containsEntry("content", "泵?");
    }

    @Test
    void readsShareGpt() {
        Row.Conversation row = (Row.Conversation) one("""
                {"system": "S", "tools": "[{\\"name\\": \\"f\\"}]", "conversations": [{"from": "human", "value": "q"},\
                 {"from": "function_call", "value": "{\\"name\\": \\"f\\", \\"arguments\\": {\\"a\\": 1}}"},\
                 {"from": "observation", "value": "o"}, {"from": "gpt", "value": "a"}]}""");
        assertThat(row.messages().stream().map(m -> m.get("role")))
                .containsExactly("system", "user", "assistant", "tool", "assistant");
        assertThat(row.messages().get(2).get("tool_calls").toString())
                .contains("name=f")
                .contains("a=1");
        assertThat(row.tools()).isEqualTo(List.of(Map.of("name", "f")));
    }

    @Test
    void readsAlpaca() {
        Row.Completion row = (Row.Completion) one("""
                {"instruction": "Translate", "input": "pump", "output": "泵", "system": "S", "history": [["q", "a"]]}""");
        assertThat(row.prompt()).isEqualTo("Translate\npump");
        assertThat(row.completion()).isEqualTo("泵");
        assertThat(row.toConversation().messages().stream().map(m -> m.get("content")))
                .containsExactly("S", "q", "a", "Translate\npump", "泵");
    }

    @Test
    void readsTheSimpleShapes() {
        assertThat(one("{\"prompt\": \"p\", \"completion\": \"c\"}"))
                .isEqualTo(new Row.Completion(1, Optional.empty(), List.of(), "p", "c"));
        assertThat(one("{\"text\": \"t\"}")).isEqualTo(new Row.PlainText(1, "t"));
        Row.Tokens tokens = (Row.Tokens) one("{\"input_ids\": [1, 2, 3], \"labels\": [-100, 2, -100]}");
        assertThat(tokens.inputIds()).containsExactly(1, 2, 3);
        assertThat(tokens.trained()).containsExactly(false, true, false);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{\"text\": ~ not valid JSON",
                "{\"text\": \"a\"} x ~ not valid JSON",
                "{\"text\": \"a\", \"text\": \"b\"} ~ not valid JSON",
                "[1] ~ not a JSON object",
                "{\"foo\": 1} ~ none of the fields",
                "{\"text\": \" \"} ~ \"text\" is empty",
                "{\"text\": \"a\\ud83d\"} ~ half a character",
                "{\"text\": 3} ~ \"text\" must be text",
                "{\"prompt\": \"a\"} ~ \"completion\" is missing",
                "{\"prompt\": \"a\", \"completion\": \" \"} ~ answer in \"completion\" is empty",
                "{\"instruction\": \"a\", \"output\": \"\"} ~ answer in \"output\" is empty",
                "{\"instruction\": \"\", \"output\": \"b\"} ~ both empty",
                "{\"instruction\": \"a\", \"output\": \"b\", \"history\": [[\"q\"]]} ~ pairs",
                "{\"messages\": 1} ~ must be a list",
                "{\"messages\": []} ~ no assistant turn",
                "{\"messages\": [7]} ~ message 1 is not a JSON object",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]} ~ no assistant turn",
                "{\"messages\": [{\"role\": \"robot\", \"content\": \"a\"}]} ~ unknown role \"robot\"",
                "{\"messages\": [{\"content\": \"a\"}]} ~ message 1 has no \"role\"",
                "{\"messages\": [{\"role\": \"user\"}]} ~ message 1 has no \"content\"",
                "{\"messages\": [{\"role\": \"assistant\", \"content\": \"\"}]} ~ answer in message 1 is empty",
                "{\"messages\": [{\"role\": \"assistant\", \"content\": [{\"type\": \"image\"}]}]} ~ not text",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"\", \"tool_calls\": [{}]}]} ~ only the assistant",
                "{\"messages\": [{\"role\": \"assistant\", \"tool_calls\": [{}]}]} ~ no function name",
                "{\"messages\": [{\"role\": \"assistant\", \"tool_calls\": [{\"function\": {\"name\": \"f\","
                        + " \"arguments\": \"{\"}}]}]} ~ not valid JSON",
                "{\"conversations\": [{\"from\": \"alien\", \"value\": \"x\"}]} ~ from \"alien\"",
                "{\"conversations\": [{\"from\": \"gpt\"}]} ~ no text in \"value\"",
                "{\"input_ids\": []} ~ \"input_ids\" is empty",
                "{\"input_ids\": [1, \"a\"]} ~ at position 1",
                "{\"input_ids\": [1, 2], \"labels\": [1]} ~ 1 entries",
                "{\"input_ids\": [1, 2], \"labels\": [1, 3]} ~ differs",
                "{\"input_ids\": [1, 2], \"labels\": [1, -100]} ~ to be learnt",
                "{\"input_ids\": [1, 99999999999]} ~ at position 1",
            })
    void reportsBadRows(String line, String reason) {
        assertThat(one(line)).isInstanceOfSatisfying(RowProblem.class, problem -> {
            assertThat(problem.line()).isEqualTo(1);
            assertThat(problem.reason()).contains(reason);
            RowFault fault = Arrays.stream(RowFault.values())
                    .filter(known -> known.code().equals(problem.code()))
                    .findFirst()
                    .orElseThrow();
            assertThat(fault.sentence(problem.arguments())).isEqualTo(problem.reason());
        });
    }

    @Test
    void faultsNameAllTheirArguments() {
        assertThat(RowFault.MESSAGE_UNKNOWN_ROLE.sentence(List.of("3", "{0}")))
                .startsWith("message 3 has the unknown role \"{0}\"");
        assertThat(RowFault.NOT_AN_OBJECT.sentence(List.of())).endsWith("in braces {...}");
        assertThat(RowFault.MESSAGE_NO_ROLE.code()).isEqualTo("message-no-role");
        for (RowFault fault : RowFault.values()) {
            assertThat(fault.sentence(List.of("a", "b", "c"))).as(fault.code()).doesNotContainPattern("\\{\\d\\}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"messages\":[{\"role\":\"user\",\"content\":\"泵 😀 \\n\\\"\"},{\"role\":\"assistant\",\"content\":\"b\",\"weight\":0.5}],"
                        + "\"tools\":[{\"type\":\"function\"}],\"chat_template_kwargs\":{\"thinking\":false}}",
                "{\"conversations\": [{\"from\": \"human\", \"value\": \"a\"}, {\"from\": \"gpt\", \"value\": \"b\"}]}",
                "{\"instruction\": \"a\", \"input\": \"i\", \"output\": \"b\", \"system\": \"s\", \"history\": [[\"q\", \"r\"]]}",
                "{\"prompt\": \"a\", \"completion\": \"b\"}",
                "{\"text\": \"t\"}",
                "{\"input_ids\": [1, 2, 3], \"labels\": [-100, 2, -100]}",
            })
    void whatIsWrittenReadsBackTheSame(String line) {
        byte[] file = line.getBytes(StandardCharsets.UTF_8);
        try (RowReader reader = RowReader.of(new ByteArrayInputStream(file))) {
            Row row = (Row) reader.next();
            RowShape shape = CanonicalRow.shape(reader.shape().orElseThrow());
            String written = CanonicalRow.line(row, shape);
            Row again = (Row) one(written);
            assertThat(again).usingRecursiveComparison().isEqualTo(row);
            assertThat(CanonicalRow.line(again, shape)).isEqualTo(written);
        }
    }

    @Test
    void countsLinesAndColumnsAndDropsNothing() {
        List<RowItem> items = read(
                "\uFEFF{\"text\": \"一\"}",
                "",
                "  ",
                "{\"text\": \"b\" oops}",
                "{\"prompt\": \"p\"}",
                "{\"text\": \"c\"}",
                "");
        assertThat(items.stream().map(RowItem::line)).containsExactly(1, 4, 5, 6);
        assertThat(items.get(1)).isInstanceOfSatisfying(RowProblem.class, problem -> {
            assertThat(problem.column()).isBetween(14, 16);
            assertThat(problem.toString()).startsWith("line 4, column ");
        });
        assertThat(items.get(2))
                .isInstanceOfSatisfying(
                        RowProblem.class,
                        problem -> assertThat(problem.reason())
                                .contains("prompt/completion")
                                .contains("plain text")
                                .contains("since line 1"));
    }

    @Test
    void reportsBytesThatAreNotUtf8() {
        byte[] file = "{\"text\": \"ab\"}\n{\"text\": \"ok\"}".getBytes(StandardCharsets.UTF_8);
        file[11] = (byte) 0xFF;
        List<RowItem> items = read(file);
        assertThat(items.get(0)).isInstanceOfSatisfying(RowProblem.class, problem -> {
            assertThat(problem.reason()).contains("UTF-8");
            assertThat(problem.column()).isEqualTo(12);
        });
        assertThat(items.get(1)).isInstanceOf(Row.PlainText.class);
    }

    @Test
    void readsWindowsLineEnds() {
        assertThat(read("{\"text\": \"a\"}\r\n{\"text\": \"b\"}\r\n".getBytes(StandardCharsets.UTF_8)))
                .containsExactly(new Row.PlainText(1, "a"), new Row.PlainText(2, "b"));
    }

    @Test
    void aLineWithoutEndIsReportedInFlatMemory() {
        long length = 3L << 30;
        InputStream endless = new InputStream() {
            private long left = length;

            @Override
            public int read() {
                return left-- > 0 ? 'x' : -1;
            }

            @Override
            public int read(byte[] into, int offset, int count) {
                if (left <= 0) {
                    return -1;
                }
                int given = (int) Math.min(count, left);
                left -= given;
                return given;
            }
        };
        try (RowReader reader = RowReader.of(endless, Optional.empty(), 1000)) {
            assertThat(reader.next())
                    .isInstanceOfSatisfying(
                            RowProblem.class,
                            problem -> assertThat(problem.reason())
                                    .contains(length + " bytes")
                                    .contains("1000"));
            assertThat(reader.hasNext()).isFalse();
        }
    }

    @Test
    void aForcedShapeIsNotGuessed() {
        byte[] file = "{\"text\": \"t\", \"prompt\": \"p\", \"completion\": \"c\"}".getBytes(StandardCharsets.UTF_8);
        try (RowReader reader =
                RowReader.of(new ByteArrayInputStream(file), Optional.of(RowShape.PROMPT_COMPLETION), 1000)) {
            assertThat(reader.next()).isInstanceOf(Row.Completion.class);
            assertThat(reader.shape()).contains(RowShape.PROMPT_COMPLETION);
        }
    }

    @Test
    void aMissingFileIsAClearSentence() {
        assertThatThrownBy(() -> RowReader.open(Path.of("/no/such/file.jsonl")))
                .isInstanceOf(TextException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void damagedFilesGiveOneItemForEveryLine() {
        byte[] whole = """
                {"messages": [{"role": "user", "content": "泵 😀"}, {"role": "assistant", "content": "好的"}]}
                {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": {}}}]}]}
                {"messages": [{"role": "assistant", "content": [{"type": "text", "text": "x"}]}], "tools": []}""".getBytes(StandardCharsets.UTF_8);
        long seed = 4711;
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i <= random.nextInt(5); i++) {
                int at = random.nextInt(damaged.length);
                if (damaged[at] != '\n') {
                    damaged[at] = (byte)
                            (random.nextBoolean()
                                    ? "{}[]\":,0n\\".charAt(random.nextInt(10))
                                    : 128 + random.nextInt(128));
                }
            }
            assertThat(read(damaged).stream().map(RowItem::line))
                    .as("seed " + seed + " round " + round)
                    .containsExactly(1, 2, 3);
        }
    }

    @Test
    void checksARowFromElsewhereLikeALine() {
        assertThat(RowReader.check(Map.of("prompt", "a", "completion", "b"), RowShape.PROMPT_COMPLETION, 7))
                .isEqualTo(new Row.Completion(7, Optional.empty(), List.of(), "a", "b"));
        assertThat(RowReader.check(Map.of("prompt", "a", "completion", " "), RowShape.PROMPT_COMPLETION, 8))
                .isEqualTo(RowFault.ANSWER_EMPTY.at(8, 0, "completion"));
        assertThat(RowReader.check(Map.of("text", "\ud83d"), RowShape.TEXT, 9))
                .isEqualTo(RowFault.HALF_A_CHARACTER.at(9, 0));
    }
}
