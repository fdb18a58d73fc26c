package io.hearth.worker.quickstart;

import io.hearth.worker.process.Home;
import io.hearth.worker.process.Logs;
import io.hearth.worker.process.Terminal;
import io.hearth.worker.process.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The main job on the sample that comes with Hearth, by one command. */
@Command(
        name = "quickstart",
        description = "Plan, train, evaluate, serve and ask the sample model.",
        mixinStandardHelpOptions = true)
public final class QuickstartCommand implements Callable<Integer> {
    @Option(names = "--exit", description = "stop the server at the end instead of leaving it up")
    private boolean exit;

    @Option(names = "--port", defaultValue = "0", description = "port of the server; default any free one")
    private int port;

    private final Terminal terminal;

    public QuickstartCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port < 0 || port > 65_535) {
            throw new UsageException("--port is " + port + "; it must be from 0 to 65535.");
        }
        Path home = Home.of(System.getenv());
        Logs.toFile(home);
        String root = System.getenv("HEARTH_ROOT");
        Path repository = Path.of(root == null ? "" : root).toAbsolutePath();
        return new Quickstart(QuickstartFiles.of(repository, home), terminal).run(port, exit);
    }
}
