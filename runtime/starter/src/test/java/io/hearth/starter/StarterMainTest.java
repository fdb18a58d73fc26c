package io.hearth.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StarterMainTest {
    @TempDir
    private Path directory;

    private final StringWriter errors = new StringWriter();

    @Test
    void writesTheCorpusAsRowsWithMessages() throws Exception {
        Path file = directory.resolve("corpus.jsonl");
        assertThat(run("corpus", "--documents", "25", "--seed", "3", "--output", file.toString()))
                .isZero();
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(25);
        JsonNode first = new ObjectMapper().readTree(lines.getFirst()).required("messages");
        Message expected = new StarterCorpus(3).next().getFirst();
        assertThat(first.get(0).required("role").asText()).isEqualTo(expected.role());
        assertThat(first.get(0).required("content").asText()).isEqualTo(expected.content());
    }

    @Test
    void aWrongSizeIsSaidPlainlyAndNothingIsWritten() throws Exception {
        Path model = directory.resolve("model");
        assertThat(run("init", "--output", model.toString(), "--heads", "5", "--kv-heads", "2"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("The number of heads (5) must be a multiple");
        assertThat(model).doesNotExist();
    }

    @Test
    void anUnwritablePlaceIsSaidWithoutAStackTraceAndLeavesNoPart() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(run("sample", "--output", file.resolve("inside").toString())).isEqualTo(1);
        assertThat(errors.toString()).contains("A file could not be written").doesNotContain("\tat ");
        try (var left = Files.list(directory)) {
            assertThat(left).containsExactly(file);
        }
    }

    private int run(String... arguments) {
        CommandLine command = StarterMain.commandLine();
        command.setErr(new PrintWriter(errors, true));
        command.setOut(new PrintWriter(new StringWriter()));
        return command.execute(arguments);
    }
}
