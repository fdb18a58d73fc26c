package io.hearth.worker.quickstart;

import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.contract.Plan;
import io.hearth.worker.event.ProgressLine;
import io.hearth.worker.process.Json;
import io.hearth.worker.process.Terminal;
import io.hearth.worker.process.UsageException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Walks through the main job, a step after the other, and says what it does. */
final class Quickstart {
    /** What a fine-tune must gain, in percentage points of held-out questions answered right. */
    static final double LEAST_GAIN = 50;

    private final QuickstartFiles files;
    private final Terminal terminal;
    private final PrintStream out;
    private long phaseBegan;

    Quickstart(QuickstartFiles files, Terminal terminal) {
        this.files = files;
        this.terminal = terminal;
        this.out = terminal.out();
    }

    /**
     * Runs it.
     *
     * @param port of the server; 0 for any
     * @param exit whether to stop the server at the end instead of leaving it up
     * @return exit code: {@link ExitCode#FAULT} if the tuned model did not gain enough
     */
    int run(int port, boolean exit) throws IOException, InterruptedException {
        long began = System.nanoTime();
        files.clear();
        String job = files.writeJob().toString();
        out.println("Hearth quickstart. The job file is " + job + ".");
        plan(job);
        train(job);
        phase("Serving the base model and the adapter");
        String deployment = files.writeDeployment(port).toString();
        try (ChildWorker server = ChildWorker.start(files.folder().resolve("serve.log"), "serve", deployment)) {
            String url = awaitReady(server);
            server.forward(event -> {});
            took();
            Comparison comparison = ask(url);
            out.println();
            out.print(comparison.answers(terminal.columns()));
            out.println();
            out.print(comparison.scores());
            out.printf(Locale.ROOT, "%nAll of it took %s.%n", ProgressLine.duration((System.nanoTime() - began) / 1e9));
            if (comparison.gain() < LEAST_GAIN) {
                out.printf(
                        Locale.ROOT,
                        "The gain is below %.0f points: something is wrong with this build or this machine.%n",
                        LEAST_GAIN);
                return ExitCode.FAULT;
            }
            if (!exit) {
                leaveUp(server, url);
            }
        }
        return ExitCode.DONE;
    }

    private void plan(String job) throws IOException, InterruptedException {
        phase("Planning");
        try (ChildWorker worker = ChildWorker.start(files.folder().resolve("plan.log"), "plan", job)) {
            Optional<String> line = worker.line();
            if (line.isEmpty()) {
                throw worker.ended("The plan", "");
            }
            Plan plan = Json.MAPPER.readValue(line.get(), Plan.class);
            out.printf(
                    Locale.ROOT,
                    "   %.0f MiB of %.0f MiB free; %d steps, %,d tokens; about %s at %,.0f tokens/s%n",
                    plan.memory().total() / 0x1p20,
                    plan.freeBytes() / 0x1p20,
                    plan.steps(),
                    plan.tokens(),
                    ProgressLine.duration(plan.seconds()),
                    plan.tokensPerSecond());
        }
        took();
    }

    private void train(String job) throws IOException, InterruptedException {
        phase("Training");
        ProgressLine progress = new ProgressLine(out, terminal.interactive());
        String reason = "";
        boolean done = false;
        try (ChildWorker worker = ChildWorker.start(files.folder().resolve("train.log"), "train", job)) {
            for (Optional<Event> event = worker.event(); event.isPresent(); event = worker.event()) {
                switch (event.get()) {
                    case Event.Failed failed -> reason = failed.reason();
                    case Event.Done finished -> done = true;
                    case Event.Step step -> progress.accept(step);
                    case Event.Evaluation evaluation -> progress.accept(evaluation);
                    case Event.Warning warning -> progress.accept(warning);
                    default -> {
                        // Phases and checkpoints are more than a first look needs.
                    }
                }
            }
            if (worker.end() != ExitCode.DONE || !done) {
                throw worker.ended("The training", reason);
            }
        }
        took();
    }

    private String awaitReady(ChildWorker server) throws IOException, InterruptedException {
        String reason = "";
        for (Optional<Event> event = server.event(); event.isPresent(); event = server.event()) {
            if (event.get() instanceof Event.Ready ready) {
                return ready.url();
            }
            if (event.get() instanceof Event.Failed failed) {
                reason = failed.reason();
            }
        }
        throw server.ended("The server", reason);
    }

    private Comparison ask(String url) throws InterruptedException {
        List<HeldOutQuestion> questions = HeldOutQuestion.read(files.heldOut());
        phase("Asking both models " + questions.size() + " questions that were not trained on");
        List<String> texts = questions.stream().map(HeldOutQuestion::question).toList();
        try (ChatClient client = new ChatClient(url)) {
            List<String> base = client.ask(QuickstartFiles.BASE, texts);
            List<String> tuned = client.ask(QuickstartFiles.TUNED, texts);
            took();
            return new Comparison(questions, base, tuned);
        }
    }

    private void leaveUp(ChildWorker server, String url) throws InterruptedException {
        String question = HeldOutQuestion.read(files.heldOut()).getFirst().question();
        String body =
                ChatClient.body(QuickstartFiles.TUNED, question).toString().replace("'", "'\\''");
        out.println();
        out.println("The server is up until you press Ctrl-C. Ask it yourself:");
        out.println();
        out.println("curl -s " + url + "/v1/chat/completions -H 'Content-Type: application/json' -d '" + body + "'");
        out.println();
        int code = server.end();
        if (code != ExitCode.DONE) {
            throw new UsageException("The server has ended with code " + code + ". Its log is "
                    + files.folder().resolve("serve.log") + ".");
        }
    }

    private void phase(String name) {
        out.println();
        out.println("== " + name);
        phaseBegan = System.nanoTime();
    }

    private void took() {
        out.println("   took " + ProgressLine.duration((System.nanoTime() - phaseBegan) / 1e9));
    }
}
