package io.hearth.engine.train;

import io.hearth.contract.Event;
import io.hearth.contract.TrainJob;
import io.hearth.device.Device;
import io.hearth.engine.TestDevice;
import java.nio.file.Path;

/** A process that trains a tiny job, for tests that kill it. Says each step, checkpoint and the final hash on a line. */
final class TrainingProcess {
    private TrainingProcess() {}

    public static void main(String[] arguments) {
        TrainJob job = TinyJobs.job(
                Path.of(arguments[0]),
                Path.of(arguments[1]),
                TinyJobs.steps(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3])));
        try (Device device = TestDevice.open()) {
            new TrainingRun(job, device, TrainingProcess::say).run(() -> false);
        }
    }

    private static void say(Event event) {
        switch (event) {
            case Event.Step step -> System.out.println("step " + step.step());
            case Event.Checkpoint checkpoint -> System.out.println("checkpoint " + checkpoint.step());
            case Event.Warning warning -> System.out.println("warning " + warning.message());
            case Event.Done done -> System.out.println("done " + done.sha256());
            default -> {}
        }
        System.out.flush();
    }
}
