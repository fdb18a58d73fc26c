package io.hearth.ui.gateway;

import io.hearth.ui.metering.Usage;
import io.hearth.ui.metering.UsageObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The gateway's figures for Prometheus. */
@ApplicationScoped
public class GatewayMetrics implements UsageObserver {
    /** Stands for names that nobody serves, so that callers cannot make series without end. */
    static final String NO_MODEL = "none";

    private final MeterRegistry registry;
    private final Map<String, Counter> requests = new ConcurrentHashMap<>();
    private final Map<String, Timer> firstBytes = new ConcurrentHashMap<>();
    private final Map<String, Counter> tokens = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();

    public GatewayMetrics(MeterRegistry registry) {
        this.registry = registry;
        registry.gauge("hearth.gateway.running", running);
    }

    void started() {
        running.incrementAndGet();
    }

    void began(String model, long micros) {
        firstBytes
                .computeIfAbsent(
                        model,
                        name -> Timer.builder("hearth.gateway.first.byte")
                                .description("Time from a request's arrival to the first byte of its answer")
                                .tag("model", name)
                                .serviceLevelObjectives(
                                        Duration.ofMillis(50),
                                        Duration.ofMillis(100),
                                        Duration.ofMillis(250),
                                        Duration.ofMillis(500),
                                        Duration.ofSeconds(1),
                                        Duration.ofSeconds(5),
                                        Duration.ofSeconds(30))
                                .register(registry))
                .record(micros, TimeUnit.MICROSECONDS);
    }

    /** A request that had {@link #started} has ended. */
    void ended(String model, int status) {
        running.decrementAndGet();
        counted(model, status);
    }

    /** A request was answered. */
    void counted(String model, int status) {
        requests.computeIfAbsent(
                        model + " " + status,
                        key -> Counter.builder("hearth.gateway.requests")
                                .description("Requests by model and status; 499: the client left")
                                .tag("model", model)
                                .tag("status", String.valueOf(status))
                                .register(registry))
                .increment();
    }

    @Override
    public void used(Usage usage) {
        tokens(usage.model(), "prompt").increment(usage.promptTokens());
        tokens(usage.model(), "cached").increment(usage.cachedTokens());
        tokens(usage.model(), "completion").increment(usage.completionTokens());
    }

    /** Requests that run. */
    int running() {
        return running.get();
    }

    private Counter tokens(String model, String kind) {
        return tokens.computeIfAbsent(
                model + " " + kind,
                key -> Counter.builder("hearth.gateway.tokens")
                        .description("Tokens by model and kind, as the workers counted them")
                        .tag("model", model)
                        .tag("kind", kind)
                        .register(registry));
    }
}
