package io.hearth.agent.telemetry;

import io.hearth.agent.workers.ProcessMark;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.Hardware;
import io.hearth.protocol.HostInfo;
import io.hearth.protocol.HostSample;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The processor as a card: its memory is the machine's, its processes are the node's own workers. */
final class CpuCardProbe implements CardProbe {
    static final String CARD = "cpu:0";

    private static final String VENDOR = "cpu";

    private final HostInfo host;
    private final Supplier<HostSample> latest;
    private final Supplier<Map<String, ProcessMark>> workers;

    CpuCardProbe(HostInfo host, Supplier<HostSample> latest, Supplier<Map<String, ProcessMark>> workers) {
        this.host = host;
        this.latest = latest;
        this.workers = workers;
    }

    @Override
    public List<CardInfo> cards() {
        return List.of(new CardInfo(
                CARD,
                VENDOR,
                host.processor(),
                host.memoryBytes(),
                true,
                null,
                Hardware.runOn(VENDOR).isPresent()));
    }

    @Override
    public List<CardSample> sample() {
        HostSample now = latest.get();
        List<CardSample.Process> processes = workers.get().entrySet().stream()
                .map(worker -> new CardSample.Process(
                        worker.getValue().pid(),
                        "worker",
                        worker.getKey(),
                        worker.getValue().residentBytes()))
                .filter(process -> process.memoryBytes() != null)
                .toList();
        return List.of(new CardSample(
                CARD,
                now.cpuUtilisation(),
                now.memoryUsedBytes(),
                now.memoryTotalBytes(),
                now.temperatureCelsius(),
                null,
                null,
                List.of(),
                processes));
    }
}
