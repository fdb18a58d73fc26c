package io.hearth.device.cuda.driver;

import static io.hearth.device.cuda.driver.DriverCalls.failed;

/** Recorded work of a stream, which one call queues again as a whole. */
public final class Graph implements AutoCloseable {
    private final Stream stream;
    private final DriverCalls calls;
    private long executable;

    /** @param graph the driver's graph, which is given up here */
    Graph(Stream stream, long graph) {
        this.stream = stream;
        calls = stream.context().calls();
        try {
            executable =
                    calls.ask("prepare a recording", out -> (int) calls.graphInstantiate.invokeExact(out, graph, 0L));
            calls.check((int) calls.graphDestroy.invokeExact(graph), "close a recording");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Queues the recorded work on the stream that it was recorded on. */
    public void launch() {
        if (executable == 0) {
            throw new IllegalStateException("this recording has been closed");
        }
        stream.context().enter();
        try {
            calls.check((int) calls.graphLaunch.invokeExact(executable, stream.handle()), "repeat recorded work");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        if (executable != 0) {
            stream.context().enter();
            try {
                calls.check((int) calls.graphExecutableDestroy.invokeExact(executable), "close a recording");
            } catch (Throwable e) {
                throw failed(e);
            }
            executable = 0;
        }
    }
}
