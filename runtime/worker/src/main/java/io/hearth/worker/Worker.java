package io.hearth.worker;

import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.worker.bench.BenchCommand;
import io.hearth.worker.process.Failure;
import io.hearth.worker.process.Logs;
import io.hearth.worker.process.Nearest;
import io.hearth.worker.process.StandardOutput;
import io.hearth.worker.process.Terminal;
import io.hearth.worker.process.UsageException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The worker process: one run trains one job, or serves one deployment, or does one small thing for a person. */
@Command(
        name = "worker",
        description = "Trains one job or serves one deployment.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class Worker implements Runnable {
    private Worker() {}

    public static void main(String[] arguments) {
        StandardOutput out = StandardOutput.claim();
        Logs.toStandardError();
        System.exit(commandLine(out).execute(arguments));
    }

    static CommandLine commandLine(OutputStream out) {
        Terminal terminal = Terminal.of(out, System.getenv());
        return new CommandLine(new Worker())
                .addSubcommand(new TrainCommand(out, terminal))
                .addSubcommand(new PlanCommand(out, terminal))
                .addSubcommand(new ServeCommand(out, terminal))
                .addSubcommand(new EvaluateCommand(out, terminal))
                .addSubcommand(new MergeCommand(out, terminal))
                .addSubcommand(new ScoreCommand(out))
                .addSubcommand(new BenchCommand(terminal))
                .addSubcommand(new DoctorCommand(out, terminal))
                .setOut(new PrintWriter(terminal.out(), true))
                .setErr(new PrintWriter(System.err, true))
                .setParameterExceptionHandler(Worker::badArguments)
                .setExecutionExceptionHandler((e, command, parsed) ->
                        Failure.caught(failed -> command.getErr().println(((Event.Failed) failed).reason()), () -> {
                            throw e;
                        }));
    }

    /** Without a command: the help. */
    @Override
    public void run() {
        throw new UsageException("Say what to do: worker " + String.join(" | ", commands()) + ".");
    }

    private static List<String> commands() {
        return commandLine(OutputStream.nullOutputStream()).getSubcommands().keySet().stream()
                .toList();
    }

    private static int badArguments(ParameterException e, String[] arguments) {
        PrintWriter err = e.getCommandLine().getErr();
        String first = arguments.length == 0 ? "" : arguments[0];
        if (!first.startsWith("-") && !commands().contains(first)) {
            String hint = Nearest.to(first, commands())
                    .map(name -> "Did you mean \"" + name + "\"?")
                    .orElse("There are " + String.join(", ", commands()) + ".");
            err.println("There is no command \"" + first + "\". " + hint);
        } else {
            err.println(e.getMessage() + ". \"" + first + " --help\" tells how it is used.");
        }
        return ExitCode.USAGE;
    }
}
