package io.hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The start script, as far as it can be tried without building from within a build. */
class HearthScriptTest {
    private static final Path SCRIPT = Path.of("../../hearth").toAbsolutePath().normalize();

    private record Ended(int code, String text) {}

    @Test
    void helpListsEveryCommandOfTheWorkerAndEndsWell() throws Exception {
        Ended help = run("help");
        assertThat(help.code()).isZero();
        CommandLine worker = Worker.commandLine(java.io.OutputStream.nullOutputStream());
        assertThat(worker.getSubcommands().keySet())
                .isNotEmpty()
                .allSatisfy(command -> assertThat(help.text()).containsPattern("(?m)^  " + command + " "));
        assertThat(run().text()).isEqualTo(help.text());
    }

    @ParameterizedTest
    @CsvSource({
        "quikstart, quickstart",
        "trian, train",
        "sevre, serve",
        "docter, doctor",
        "tests, test",
        "agents, agent",
        "controll, control-plane",
        "gpu-check, gpu-pack"
    })
    void anUnknownCommandIsAnsweredWithTheNearestOne(String written, String meant) throws Exception {
        Ended ended = run(written);
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.text()).contains("There is no command \"" + written + "\". Did you mean \"" + meant + "\"?");
    }

    @Test
    void aStrangeCommandIsAnsweredWithTheWayToHelp() throws Exception {
        Ended ended = run("xyz");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.text()).contains("./hearth help").doesNotContain("Did you mean");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "up --port 70000        | --port needs a port",
                "up --port              | --port needs a port",
                "up --prot 1            | There is no option \"--prot\"",
                "quickstart --stay      | There is no option \"--stay\"",
                "agent                  | Say where the control plane is",
                "agent --control        | --control needs a value",
                "agent --what https://x | There is no option \"--what\"",
                "gpu-pack --what x      | There is no option \"--what\"",
                "gpu-pack --output      | --output needs a value",
                "gpu-pack --output a.7z | must end in .tar.xz or .tar.gz",
            })
    void aWrongOptionIsASentenceBeforeAnythingIsBuilt(String arguments, String sentence) throws Exception {
        Ended ended = run(arguments.split(" "));
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.text()).contains(sentence).doesNotContain("Building");
    }

    private static Ended run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("bash", SCRIPT.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), text);
    }
}
